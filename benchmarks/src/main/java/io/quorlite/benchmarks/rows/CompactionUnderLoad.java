package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.ClosedLoop;
import io.quorlite.benchmarks.load.Puts;
import io.quorlite.benchmarks.load.Seen;
import io.quorlite.benchmarks.load.Target;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Puts before and during a compaction that clears away many revisions: how much of the throughput it costs. */
final class CompactionUnderLoad {
    private static final int IN_FLIGHT = 16;
    private static final int VALUE_BYTES = 256;
    private static final int REVISIONS = 100_000;
    private static final long COMPACTION_SECONDS_MAX = 120;
    /** For all that the rows before have left. */
    private static final long FIRST_COMPACTION_SECONDS_MAX = 900;

    private final Target target;
    private final ClosedLoop puts;
    private boolean clear;

    CompactionUnderLoad(Target target, int keys) {
        this.target = target;
        this.puts = new ClosedLoop(new Puts(target, keys, VALUE_BYTES));
    }

    /** The share lost in percent; latencies are those of puts while the compaction runs, items are all puts, before and during. */
    Seen run(double seconds) throws InterruptedException {
        if (!clear) {
            target.compactPhysically(FIRST_COMPACTION_SECONDS_MAX);
            clear = true;
        }
        long all = 0;
        while (all < REVISIONS) {
            all += puts.run(128, 0.5).operations();
        }
        Seen before = puts.run(IN_FLIGHT, seconds);
        FutureTask<Void> compaction = new FutureTask<>(() -> target.compactPhysically(COMPACTION_SECONDS_MAX), null);
        new Thread(compaction, "compaction").start();
        Seen during = puts.runUntil(IN_FLIGHT, COMPACTION_SECONDS_MAX, compaction::isDone);
        try {
            compaction.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the compaction failed", e);
        }
        all += before.operations() + during.operations();
        return during.with(100 * (1 - during.perSecond() / before.perSecond()), all);
    }
}
