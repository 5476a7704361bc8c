package io.quorlite.raft;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** Holds its thread back so that on average no more than a number of bytes a second pass. Not thread-safe. */
final class Throttle implements LongConsumer {
    private final long bytesPerSecond;
    private long dueNanos = System.nanoTime();

    /** @param bytesPerSecond 0 for no limit */
    Throttle(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    @Override
    public void accept(long bytes) {
        if (bytesPerSecond <= 0) {
            return;
        }
        long now = System.nanoTime();
        dueNanos = Math.max(dueNanos, now) + bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        try {
            TimeUnit.NANOSECONDS.sleep(dueNanos - now);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
