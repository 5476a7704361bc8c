package io.quorlite.benchmarks;

import org.HdrHistogram.Histogram;

/**
 * What a run saw.
 *
 * @param operations that succeeded
 * @param items rows or events they brought
 * @param latency in microseconds
 */
record Seen(long operations, long items, long errors, long nanos, Histogram latency) {
    double perSecond() {
        return operations * 1e9 / nanos;
    }
}
