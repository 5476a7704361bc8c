package io.quorlite.faults.workload;

import io.quorlite.faults.client.Worker;
import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.history.WorkloadRequest;
import java.util.Arrays;
import java.util.List;

/** Sets that are each one key's value, added to by compare-and-set and read whole. */
final class SetLoad implements Load {
    private static final int ADDS_PER_SET = 250;
    private static final int TRIES = 3;

    private final Unique unique = new Unique();

    @Override
    public void step(Worker worker) throws InterruptedException {
        if (worker.random().nextInt(3) == 0) {
            read(worker, set(unique.next()));
        } else {
            long element = unique.next();
            add(worker, set(element), "e" + element);
        }
    }

    @Override
    public void finalReads(Worker worker) throws InterruptedException {
        for (long i = 0; i <= unique.next(); i += ADDS_PER_SET) {
            read(worker, set(i));
        }
    }

    private static String set(long number) {
        return "set/" + number / ADDS_PER_SET;
    }

    private static void read(Worker worker, String set) throws InterruptedException {
        worker.begin(new WorkloadRequest.SetRead(set));
        Worker.Result read = worker.call(new StoreRequest.Range(KeyRange.single(set)));
        if (read.isOk()) {
            worker.succeed(new Response.SetElements(elements(read.range().kvs())));
        } else {
            worker.endLike(read);
        }
    }

    private static void add(Worker worker, String set, String element) throws InterruptedException {
        worker.begin(new WorkloadRequest.SetAdd(set, element));
        Worker.Result last = worker.call(new StoreRequest.Range(KeyRange.single(set)));
        for (int i = 0; i < TRIES && last.isOk(); i++) {
            List<KeyValue> found = i == 0 ? last.range().kvs() : range(last).kvs();
            String value = found.isEmpty() ? element : found.get(0).value() + " " + element;
            last = worker.call(new StoreRequest.Txn(
                    List.of(Compare.modRevision(
                            set, found.isEmpty() ? 0 : found.get(0).modRevision())),
                    List.of(new StoreRequest.Put(set, value)),
                    List.of(new StoreRequest.Range(KeyRange.single(set)))));
            if (last.isOk() && last.txn().succeeded()) {
                worker.succeed(new Response.Done());
                return;
            }
        }
        if (last.isOk()) {
            worker.fail("others were faster");
        } else {
            worker.endLike(last);
        }
    }

    private static Response.RangeResult range(Worker.Result txn) {
        return (Response.RangeResult) txn.txn().responses().get(0);
    }

    private static List<String> elements(List<KeyValue> found) {
        return found.isEmpty() ? List.of() : Arrays.asList(found.get(0).value().split(" "));
    }
}
