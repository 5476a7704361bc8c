package io.quorlite.raft.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What syncing costs on the disk of a member whose stores are in memory. */
final class SlowDisk {
    volatile int syncMillis;

    void sync() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(syncMillis);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
