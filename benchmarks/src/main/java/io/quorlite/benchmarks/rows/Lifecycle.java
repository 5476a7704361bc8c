package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.Target;
import io.quorlite.benchmarks.servers.ServerGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Start-up and memory: a start on empty directories, a rest, keys, kill -9, and a start with the keys. */
final class Lifecycle {
    private static final long REST_SECONDS = 5;
    private static final long FIRST_PUT_SECONDS_MAX = 300;

    private final int keys;

    private Lifecycle(int keys) {
        this.keys = keys;
    }

    static Scenario with(int keys) {
        String filled = String.format("%,d keys of 1 KiB", keys);
        Map<String, Unit> rows = new LinkedHashMap<>();
        rows.put("start to first put, empty", Unit.MILLIS);
        rows.put("memory, idle", Unit.MEGABYTES);
        rows.put("memory, " + filled, Unit.MEGABYTES);
        rows.put("start to first put after kill -9, " + filled, Unit.MILLIS);
        rows.put("memory after that start, " + filled, Unit.MEGABYTES);
        return new Scenario("lifecycle " + keys, rows, List.of(), new Lifecycle(keys)::run);
    }

    private List<Sample> run(ServerGroup group) throws Exception {
        List<Sample> samples = new ArrayList<>();
        samples.add(Sample.of(firstPutMillis(group)));
        samples.add(memoryAtRest(group));
        try (Target target = new Target(group.clientPorts())) {
            target.awaitFirstPut(FIRST_PUT_SECONDS_MAX);
            Filling.fill(target, keys);
        }
        samples.add(memoryAtRest(group));
        group.killAll();
        samples.add(Sample.of(firstPutMillis(group)));
        samples.add(memoryAtRest(group));
        return samples;
    }

    private static double firstPutMillis(ServerGroup group) throws Exception {
        long start = System.nanoTime();
        group.start();
        try (Target target = new Target(group.clientPorts())) {
            target.awaitFirstPut(FIRST_PUT_SECONDS_MAX);
        }
        return (System.nanoTime() - start) / 1e6;
    }

    private static Sample memoryAtRest(ServerGroup group) throws InterruptedException {
        TimeUnit.SECONDS.sleep(REST_SECONDS);
        return Sample.of(group.residentBytes() / Sample.BYTES_PER_MEGABYTE);
    }
}
