package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.Seen;

/**
 * One repetition of a row on one kind of server. What was not measured is {@link Double#NaN}.
 *
 * @param value in the row's unit
 * @param cpuMicros the servers' processor time for one item
 * @param peakMegabytes the servers' most resident memory during the repetition, all members
 */
public record Sample(
        double value, double p50Millis, double p99Millis, double cpuMicros, double peakMegabytes, long errors) {
    static final double BYTES_PER_MEGABYTE = 1 << 20;

    static Sample of(Seen seen, long cpuMicros, long peakBytes) {
        return new Sample(
                seen.value(),
                seen.latency().getValueAtPercentile(50) / 1e3,
                seen.latency().getValueAtPercentile(99) / 1e3,
                cpuMicros / (double) Math.max(1, seen.items()),
                peakBytes / BYTES_PER_MEGABYTE,
                seen.errors());
    }

    static Sample of(double value) {
        return new Sample(value, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0);
    }
}
