package io.quorlite.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How long it takes from starting the processes to the first put that succeeds: empty, and after kill -9 with keys in them. */
final class StartUp {
    private final List<ServerGroup> groups;
    private final int keys;
    private final int valueBytes;
    private final int repetitions;

    StartUp(List<ServerGroup> groups, int keys, int valueBytes, int repetitions) {
        this.groups = groups;
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.repetitions = repetitions;
    }

    void run() throws Exception {
        System.out.println("| start to first put | median ms | all ms |\n| --- | ---: | --- |");
        for (ServerGroup group : groups) {
            String name = group.kind().name().toLowerCase(Locale.ROOT);
            long[] empty = {firstPutMillis(group)};
            print(name + ", empty directory", empty);
            fill(group);
            long[] filled = new long[repetitions];
            for (int i = 0; i < repetitions; i++) {
                group.killAll();
                filled[i] = firstPutMillis(group);
            }
            print(name + ", " + keys + " keys, after kill -9", filled);
            group.close();
        }
    }

    private long firstPutMillis(ServerGroup group) throws Exception {
        long start = System.nanoTime();
        group.start();
        try (PutLoad load = new PutLoad(group.clientPorts(), keys, valueBytes)) {
            load.awaitFirstPut(120);
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    private void fill(ServerGroup group) throws InterruptedException {
        try (PutLoad load = new PutLoad(group.clientPorts(), keys, valueBytes)) {
            // Keys are drawn round-robin with a stride prime to their number, so that as many puts reach every key
            // once.
            for (long put = 0; put < keys; ) {
                put += load.run(128, 0.5).puts();
            }
        }
    }

    private static void print(String name, long[] millis) {
        long[] sorted = millis.clone();
        Arrays.sort(sorted);
        System.out.printf("| %s | %d | %s |%n", name, sorted[sorted.length / 2], Arrays.toString(millis));
    }
}
