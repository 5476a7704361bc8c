package io.quorlite.faults.workload;

import io.quorlite.faults.client.Worker;
import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import java.util.List;

/** Objects that are created, updated and deleted if they are still what was read, and lists in pages at one revision. */
final class KubernetesLoad implements Load {
    private static final String PREFIX = "/registry/pods/";
    private static final int OBJECTS = 60;
    private static final int PAGE = 15;

    private final Unique unique = new Unique();

    @Override
    public void step(Worker worker) throws InterruptedException {
        int kind = worker.random().nextInt(100);
        if (kind < 20) {
            list(worker);
            return;
        }
        String key = PREFIX + String.format("%03d", worker.random().nextInt(OBJECTS));
        KeyRange single = KeyRange.single(key);
        Worker.Result read = worker.call(new StoreRequest.Range(single));
        if (!read.isOk()) {
            return;
        }
        boolean exists = !read.range().kvs().isEmpty();
        long revision = exists ? read.range().kvs().get(0).modRevision() : 0;
        StoreRequest write = exists && kind < 30
                ? new StoreRequest.DeleteRange(single, false)
                : new StoreRequest.Put(key, unique.value());
        Worker.Result written = worker.call(new StoreRequest.Txn(
                List.of(Compare.modRevision(key, revision)), List.of(write), List.of(new StoreRequest.Range(single))));
        if (written.isOk() && !written.txn().succeeded()) {
            retry(worker, key, (Response.RangeResult) written.txn().responses().get(0));
        }
    }

    /** As the API server does: what the failed transaction read is taken for the next try. */
    private void retry(Worker worker, String key, Response.RangeResult now) throws InterruptedException {
        long revision = now.kvs().isEmpty() ? 0 : now.kvs().get(0).modRevision();
        worker.call(new StoreRequest.Txn(
                List.of(Compare.modRevision(key, revision)),
                List.of(new StoreRequest.Put(key, unique.value())),
                List.of(new StoreRequest.Range(KeyRange.single(key)))));
    }

    private static void list(Worker worker) throws InterruptedException {
        KeyRange range = KeyRange.prefix(PREFIX);
        long revision = 0;
        boolean more = true;
        while (more) {
            Worker.Result page = worker.call(new StoreRequest.Range(range, revision, PAGE, false, false));
            more = page.isOk() && page.range().more();
            if (more) {
                List<KeyValue> kvs = page.range().kvs();
                revision = revision == 0 ? page.range().revision() : revision;
                range = new KeyRange(kvs.get(kvs.size() - 1).key() + "\0", range.end());
            }
        }
    }
}
