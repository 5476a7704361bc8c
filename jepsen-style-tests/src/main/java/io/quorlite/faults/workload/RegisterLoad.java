package io.quorlite.faults.workload;

import io.quorlite.faults.client.Worker;
import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.StoreRequest;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Reads, writes, deletions and compare-and-sets of a few keys, which are given up for new ones before they are old. */
final class RegisterLoad implements Load {
    private static final int KEYS = 4;
    private static final int STEPS_PER_GENERATION = 400;

    private final Unique unique = new Unique();
    private final Map<String, String> seen = new ConcurrentHashMap<>();

    @Override
    public void step(Worker worker) throws InterruptedException {
        Random random = worker.random();
        String key = "register/" + unique.next() / STEPS_PER_GENERATION + "-" + random.nextInt(KEYS);
        KeyRange single = KeyRange.single(key);
        int kind = random.nextInt(100);
        if (kind < 45) {
            Worker.Result read = worker.call(new StoreRequest.Range(single, 0, 0, kind < 10, false));
            if (read.isOk()) {
                read.range().kvs().forEach(kv -> seen.put(key, kv.value()));
            }
        } else if (kind < 70) {
            worker.call(new StoreRequest.Put(key, unique.value()));
        } else if (kind < 75) {
            worker.call(new StoreRequest.DeleteRange(single, false));
        } else {
            Compare compare = kind < 80 || !seen.containsKey(key)
                    ? new Compare(Compare.Target.CREATE, Compare.Relation.EQUAL, single, 0, "")
                    : Compare.value(key, seen.getOrDefault(key, ""));
            worker.call(new StoreRequest.Txn(
                    List.of(compare),
                    List.of(new StoreRequest.Put(key, unique.value())),
                    List.of(new StoreRequest.Range(single))));
        }
    }
}
