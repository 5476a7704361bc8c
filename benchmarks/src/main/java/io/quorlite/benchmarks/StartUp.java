package io.quorlite.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How long it takes from starting the processes to the first put that succeeds: empty, and after kill -9 with keys in them. */
final class StartUp {
    private static final int VALUE_BYTES = 1024;

    private final List<ServerGroup> groups;
    private final int keys;
    private final int repetitions;

    StartUp(List<ServerGroup> groups, int keys, int repetitions) {
        this.groups = groups;
        this.keys = keys;
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
        try (Target target = new Target(group.clientPorts())) {
            target.awaitFirstPut(120);
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    private void fill(ServerGroup group) throws InterruptedException {
        try (Target target = new Target(group.clientPorts())) {
            ClosedLoop puts = new ClosedLoop(new Puts(target, keys, VALUE_BYTES));
            for (long put = 0; put < keys; ) {
                put += puts.run(128, 0.5).operations();
            }
        }
    }

    private static void print(String name, long[] millis) {
        long[] sorted = millis.clone();
        Arrays.sort(sorted);
        System.out.printf("| %s | %d | %s |%n", name, sorted[sorted.length / 2], Arrays.toString(millis));
    }
}
