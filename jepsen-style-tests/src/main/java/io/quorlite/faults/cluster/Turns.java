package io.quorlite.faults.cluster;

import java.util.concurrent.TimeUnit;

/** Deals out turns at a bounded rate; turns that nobody took are not made up for. Thread-safe. */
final class Turns {
    private final long spaceNanos;
    private long nextNanos = System.nanoTime();

    Turns(int perSecond) {
        spaceNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    void await() throws InterruptedException {
        long mine;
        synchronized (this) {
            mine = Math.max(nextNanos, System.nanoTime());
            nextNanos = mine + spaceNanos;
        }
        TimeUnit.NANOSECONDS.sleep(mine - System.nanoTime());
    }
}
