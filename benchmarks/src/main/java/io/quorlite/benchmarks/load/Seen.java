package io.quorlite.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * What a run saw.
 *
 * @param value what its row tells: operations a second, where it is nothing else
 * @param operations that succeeded
 * @param items rows or events they brought
 * @param latency in microseconds
 */
public record Seen(double value, long operations, long items, long errors, long nanos, Histogram latency) {
    Seen(long operations, long items, long errors, long nanos, Histogram latency) {
        this(operations * 1e9 / nanos, operations, items, errors, nanos, latency);
    }

    public double perSecond() {
        return operations * 1e9 / nanos;
    }

    public Seen with(double otherValue, long otherItems) {
        return new Seen(otherValue, operations, otherItems, errors, nanos, latency);
    }
}
