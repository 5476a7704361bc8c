package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.ClosedLoop;
import io.quorlite.benchmarks.load.Puts;
import io.quorlite.benchmarks.load.Seen;
import io.quorlite.benchmarks.load.Target;
import io.quorlite.benchmarks.servers.ServerGroup;
import java.util.Locale;

/**
 * Puts until a put's server CPU has stopped falling, or the time is up: a JVM compiles what it runs often, and has to see it tens of
 * thousands of times first. With many in flight, as that shows it most calls in the time. Every key is there afterwards.
 */
final class WarmUp {
    private static final int IN_FLIGHT = 128;
    private static final double SLICE_SECONDS = 3;
    /** A slice that took less than this share of the least so far shows that compilation goes on. */
    private static final double STILL_FALLING = 0.97;

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
        double least = Double.MAX_VALUE;
        int flat = 0;
        long done = 0;
        long start = System.nanoTime();
        while (done < keys || (flat < SLICES_FLAT && seconds(start) < secondsMax)) {
            long cpuBefore = group.cpuMicros();
            Seen seen = puts.run(IN_FLIGHT, SLICE_SECONDS);
            done += seen.operations();
            double cpu = (double) (group.cpuMicros() - cpuBefore) / Math.max(1, seen.operations());
            flat = cpu < least * STILL_FALLING ? 0 : flat + 1;
            least = Math.min(least, cpu);
        }
        System.err.printf(
                "%s: warmed up for %.0f s, %.0f us of CPU a put at %d in flight%n",
                group.kind().name().toLowerCase(Locale.ROOT), seconds(start), least, IN_FLIGHT);
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }
}
