package io.quorlite.faults.workload;

import io.quorlite.faults.client.Worker;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.StoreRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Something for watches to tell: single writes, and transactions that change several keys in one revision. */
final class WatchLoad implements Load {
    static final int KEYS = 20;
    static final String PREFIX = "watched/";

    private final Unique unique = new Unique();

    static String key(int number) {
        return PREFIX + String.format("%02d", number);
    }

    @Override
    public void step(Worker worker) throws InterruptedException {
        Random random = worker.random();
        int kind = random.nextInt(100);
        int first = random.nextInt(KEYS);
        if (kind < 50) {
            worker.call(new StoreRequest.Put(key(first), unique.value(), 0, random.nextBoolean()));
        } else if (kind < 60) {
            worker.call(new StoreRequest.DeleteRange(KeyRange.single(key(first)), false));
        } else if (kind < 65) {
            worker.call(new StoreRequest.DeleteRange(new KeyRange(key(first), key(first + 4)), true));
        } else if (kind < 90) {
            List<StoreRequest> writes = new ArrayList<>();
            for (int i = first; i < Math.min(KEYS, first + 6); i++) {
                writes.add(new StoreRequest.Put(key(i), unique.value()));
            }
            worker.call(new StoreRequest.Txn(List.of(), writes, List.of()));
        } else {
            worker.call(new StoreRequest.Range(KeyRange.prefix(PREFIX), 0, 0, kind < 95, false));
        }
    }
}
