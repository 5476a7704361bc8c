package io.quorlite.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * A row's work.
 *
 * @param name as in the table, and how {@code --rows} finds it
 */
record Workload(String name, Start start) {
    /** Makes the work for one server; what it makes may keep state over the repetitions. */
    interface Start {
        Repetition on(Target target, int keys);
    }

    /** One repetition. */
    interface Repetition {
        Seen run(double seconds) throws InterruptedException;
    }

    /** All rows, in the order of the table. */
    static List<Workload> all() {
        List<Workload> all = new ArrayList<>();
        for (int width : List.of(1, 16, 128, 1000)) {
            all.add(loop("put 256 B, " + width + " in flight", width, (t, keys) -> new Puts(t, keys, 256)));
        }
        for (int width : List.of(1, 16, 128, 1000)) {
            all.add(loop("put 1 KiB, " + width + " in flight", width, (t, keys) -> new Puts(t, keys, 1024)));
        }
        for (int width : List.of(1, 16, 128, 1000)) {
            all.add(loop("update 1 KiB, " + width + " in flight", width, (t, k) -> new Updates(t, k, 1024)));
        }
        for (int width : List.of(1, 16, 128, 1000)) {
            all.add(loop("get linearizable, " + width + " in flight", width, (t, keys) -> Reads.get(t, keys, false)));
        }
        for (int width : List.of(1, 16, 128, 1000)) {
            all.add(loop("get serializable, " + width + " in flight", width, (t, keys) -> Reads.get(t, keys, true)));
        }
        all.add(loop("list 500 (CPU a row)", 1, (t, keys) -> Reads.list(t, 500)));
        all.add(loop("list all in pages of 500 (CPU a row)", 1, (t, keys) -> Reads.pages(t, 500)));
        all.add(loop("list all at once (CPU a row)", 1, (t, keys) -> Reads.list(t, 0)));
        all.add(loop("count only", 1, (t, keys) -> Reads.count(t)));
        all.add(loop("lease grant, 16 in flight", 16, (t, keys) -> Leases.grants(t)));
        all.add(watch(100, 100));
        all.add(watch(100, 500));
        all.add(watch(100, 1000));
        all.add(watch(1000, 100));
        return all;
    }

    private interface Made {
        Operation on(Target target, int keys);
    }

    private static Workload loop(String name, int width, Made made) {
        return new Workload(name, (target, keys) -> {
            ClosedLoop loop = new ClosedLoop(made.on(target, keys));
            return seconds -> loop.run(width, seconds);
        });
    }

    private static Workload watch(int watchers, int writes) {
        return new Workload(
                "watch, " + watchers + " watchers, " + writes + " writes/s (events)",
                (target, keys) -> new WatchFanOut(target, watchers, writes)::run);
    }
}
