package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.ClosedLoop;
import io.quorlite.benchmarks.load.KeepAlives;
import io.quorlite.benchmarks.load.KubernetesMix;
import io.quorlite.benchmarks.load.Leases;
import io.quorlite.benchmarks.load.Operation;
import io.quorlite.benchmarks.load.Puts;
import io.quorlite.benchmarks.load.Reads;
import io.quorlite.benchmarks.load.Seen;
import io.quorlite.benchmarks.load.Target;
import io.quorlite.benchmarks.load.Updates;
import io.quorlite.benchmarks.load.WatchFanOut;
import java.util.ArrayList;
import java.util.List;

/**
 * A row's work on servers that are warm.
 *
 * @param name as in the table, and how {@code --rows} finds it
 */
record Workload(String name, Unit unit, Start start) {
    private static final List<Integer> IN_FLIGHT = List.of(1, 16, 128, 1000);

    /** Makes the work for one kind of server; what it makes may keep state over the repetitions. */
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
        all.addAll(loops("put 256 B", (t, keys) -> new Puts(t, keys, 256)));
        all.addAll(loops("put 1 KiB", (t, keys) -> new Puts(t, keys, 1024)));
        all.addAll(loops("update 1 KiB", (t, keys) -> new Updates(t, keys, 1024)));
        all.addAll(loops("get linearizable", (t, keys) -> Reads.get(t, keys, false)));
        all.addAll(loops("get serializable", (t, keys) -> Reads.get(t, keys, true)));
        all.add(loop("list 500 (CPU a row)", 1, (t, keys) -> Reads.list(t, 500)));
        all.add(loop("list all in pages of 500 (CPU a row)", 1, (t, keys) -> Reads.pages(t, 500)));
        all.add(loop("list all at once (CPU a row)", 1, (t, keys) -> Reads.list(t, 0)));
        all.add(loop("count only", 1, (t, keys) -> Reads.count(t)));
        all.add(loop("lease grant, 16 in flight", 16, (t, keys) -> Leases.grants(t)));
        all.add(loop("lease keep-alive, 16 in flight", 16, (t, keys) -> new KeepAlives(t)));
        all.add(loop("Kubernetes mix, 16 in flight (CPU a row or write)", 16, KubernetesMix::new));
        all.add(watch(100, 100));
        all.add(watch(100, 500));
        all.add(watch(100, 1000));
        all.add(watch(1000, 100));
        all.add(watch(1000, 500));
        all.add(watch(1000, 1000));
        all.add(new Workload(
                "compaction of 100,000 revisions, puts 256 B, 16 in flight",
                Unit.PERCENT_LOST,
                (target, keys) -> new CompactionUnderLoad(target, keys)::run));
        return all;
    }

    private interface Made {
        Operation on(Target target, int keys);
    }

    private static List<Workload> loops(String name, Made made) {
        return IN_FLIGHT.stream()
                .map(width -> loop(name + ", " + width + " in flight", width, made))
                .toList();
    }

    private static Workload loop(String name, int width, Made made) {
        return new Workload(name, Unit.PER_SECOND, (target, keys) -> {
            ClosedLoop loop = new ClosedLoop(made.on(target, keys));
            return seconds -> loop.run(width, seconds);
        });
    }

    private static Workload watch(int watchers, int writes) {
        return new Workload(
                "watch, " + watchers + " watchers, " + writes + " writes/s",
                Unit.EVENTS_PER_SECOND,
                (target, keys) -> new WatchFanOut(target, watchers, writes)::run);
    }
}
