package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.ClosedLoop;
import io.quorlite.benchmarks.load.Puts;
import io.quorlite.benchmarks.load.Target;
import io.quorlite.benchmarks.servers.ServerGroup;
import java.util.Locale;

/** Puts until a put's server CPU has stopped falling, or the time is up. Every key is there afterwards. */
final class WarmUp {
    /** As many as show the server the most calls in the time. */
    private static final int IN_FLIGHT = 128;

    private static final double SLICE_SECONDS = 3;
    private static final int SLICES_FLAT = 4;

    private final ServerGroup group;
    private final ClosedLoop puts;
    private final int keys;

    WarmUp(ServerGroup group, Target target, int keys) {
        this.group = group;
        this.puts = new ClosedLoop(new Puts(target, keys, 1024));
        this.keys = keys;
    }

    void run(double secondsMax) throws InterruptedException {
        CpuTrend trend = new CpuTrend(group, SLICES_FLAT);
        long done = 0;
        long start = System.nanoTime();
        while (done < keys || (!trend.flat() && seconds(start) < secondsMax)) {
            done += trend.repeat(seconds -> puts.run(IN_FLIGHT, seconds), SLICE_SECONDS)
                    .operations();
        }
        System.err.printf(
                "%s: warmed up for %.0f s, %.0f us of CPU a put at %d in flight%n",
                group.kind().name().toLowerCase(Locale.ROOT), seconds(start), trend.least(), IN_FLIGHT);
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }
}
