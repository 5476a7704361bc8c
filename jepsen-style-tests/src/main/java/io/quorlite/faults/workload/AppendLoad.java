package io.quorlite.faults.workload;

import io.quorlite.faults.client.Worker;
import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.ListStep;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.history.WorkloadRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Transactions over lists: a read of every list they name, and a write that holds only where none of them has changed. */
final class AppendLoad implements Load {
    private static final int LISTS = 6;
    private static final int STEPS_MAX = 4;
    private static final int TXNS_PER_GENERATION = 300;

    private final Unique unique = new Unique();

    @Override
    public void step(Worker worker) throws InterruptedException {
        long generation = unique.next() / TXNS_PER_GENERATION;
        List<ListStep> steps = new ArrayList<>();
        int count = 1 + worker.random().nextInt(STEPS_MAX);
        for (int i = 0; i < count; i++) {
            String list = "list/" + generation + "-" + worker.random().nextInt(LISTS);
            steps.add(worker.random().nextBoolean() ? ListStep.append(list, unique.next()) : ListStep.read(list));
        }
        worker.begin(new WorkloadRequest.ListTxn(steps));
        Map<String, KeyValue> found = new TreeMap<>();
        Worker.Result read = read(worker, steps, found);
        if (!read.isOk()) {
            worker.fail("nothing was written: " + read.failure());
        } else if (steps.stream().anyMatch(ListStep::isAppend)) {
            write(worker, steps, found);
        } else {
            worker.succeed(new Response.ListTxnResult(played(steps, found, new TreeMap<>())));
        }
    }

    private static Worker.Result read(Worker worker, List<ListStep> steps, Map<String, KeyValue> found)
            throws InterruptedException {
        List<StoreRequest> reads = lists(steps).stream()
                .<StoreRequest>map(list -> new StoreRequest.Range(KeyRange.single(list)))
                .toList();
        Worker.Result read = worker.call(new StoreRequest.Txn(List.of(), reads, List.of()));
        if (read.isOk()) {
            for (Response part : read.txn().responses()) {
                ((Response.RangeResult) part).kvs().forEach(kv -> found.put(kv.key(), kv));
            }
        }
        return read;
    }

    private static void write(Worker worker, List<ListStep> steps, Map<String, KeyValue> found)
            throws InterruptedException {
        Map<String, List<Long>> written = new TreeMap<>();
        List<ListStep> played = played(steps, found, written);
        List<Compare> compares = lists(steps).stream()
                .map(list -> Compare.modRevision(
                        list, found.containsKey(list) ? found.get(list).modRevision() : 0))
                .toList();
        List<StoreRequest> puts = new ArrayList<>();
        written.forEach((list, elements) -> puts.add(new StoreRequest.Put(list, text(elements))));
        Worker.Result write = worker.call(new StoreRequest.Txn(compares, puts, List.of()));
        if (!write.isOk()) {
            worker.endLike(write);
        } else if (write.txn().succeeded()) {
            worker.succeed(new Response.ListTxnResult(played));
        } else {
            worker.fail("a list had changed");
        }
    }

    /** The steps with what they read, one after the other; {@code written} becomes the lists that they append to. */
    private static List<ListStep> played(
            List<ListStep> steps, Map<String, KeyValue> found, Map<String, List<Long>> written) {
        List<ListStep> played = new ArrayList<>();
        for (ListStep step : steps) {
            List<Long> now =
                    written.containsKey(step.key()) ? written.get(step.key()) : elements(found.get(step.key()));
            Long element = step.element();
            if (element == null) {
                played.add(ListStep.read(step.key(), now));
            } else {
                List<Long> longer = new ArrayList<>(now);
                longer.add(element);
                written.put(step.key(), longer);
                played.add(step);
            }
        }
        return played;
    }

    private static List<String> lists(List<ListStep> steps) {
        return steps.stream().map(ListStep::key).distinct().sorted().toList();
    }

    private static List<Long> elements(@Nullable KeyValue kv) {
        List<Long> elements = new ArrayList<>();
        if (kv != null) {
            for (String element : kv.value().split(" ")) {
                elements.add(Long.valueOf(element));
            }
        }
        return elements;
    }

    private static String text(List<Long> elements) {
        return String.join(" ", elements.stream().map(String::valueOf).toList());
    }
}
