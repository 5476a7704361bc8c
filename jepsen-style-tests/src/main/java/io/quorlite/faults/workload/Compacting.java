package io.quorlite.faults.workload;

import io.quorlite.faults.client.Worker;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.StoreRequest;

/** Compactions, some way behind the newest revision. */
public final class Compacting {
    private static final int KEPT_MIN = 300;
    private static final int KEPT_MAX = 900;

    private final Worker worker;

    public Compacting(Worker worker) {
        this.worker = worker;
    }

    /** One compaction, where there is something to compact. */
    public void step() throws InterruptedException {
        Worker.Result read = worker.call(new StoreRequest.Range(KeyRange.single("no-such-key"), 0, 0, true, false));
        long revision = read.isOk()
                ? read.range().revision() - KEPT_MIN - worker.random().nextInt(KEPT_MAX - KEPT_MIN)
                : 0;
        if (revision > 1) {
            worker.call(new StoreRequest.Compact(revision));
        }
    }
}
