package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.Seen;
import io.quorlite.benchmarks.servers.ServerGroup;

/**
 * Whether repeating something still costs the servers less CPU each time: a JVM compiles what it runs often, and has to see it tens of
 * thousands of times first. Not thread-safe.
 */
final class CpuTrend {
    /** A repetition that took less than this share of the least so far shows that compilation goes on. */
    private static final double STILL_FALLING = 0.97;

    private final ServerGroup group;
    private final int flatAfter;
    private double least = Double.MAX_VALUE;
    private int notLess;

    /** @param flatAfter how many repetitions in a row must not have cost less than the cheapest before them */
    CpuTrend(ServerGroup group, int flatAfter) {
        this.group = group;
        this.flatAfter = flatAfter;
    }

    /** One more repetition. */
    Seen repeat(Workload.Repetition repetition, double seconds) throws InterruptedException {
        long before = group.cpuMicros();
        Seen seen = repetition.run(seconds);
        double micros = (double) (group.cpuMicros() - before) / Math.max(1, seen.items());
        notLess = micros < least * STILL_FALLING ? 0 : notLess + 1;
        least = Math.min(least, micros);
        return seen;
    }

    boolean flat() {
        return notLess >= flatAfter;
    }

    /** The CPU time of one operation, row or event in the cheapest repetition, in microseconds. */
    double least() {
        return least;
    }
}
