package io.quorlite.raft.transport;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for a level, with a deadline far beyond what a working program needs. */
final class Await {
    private static final long DEADLINE_SECONDS = 60;

    private Await() {}

    static void until(String what, BooleanSupplier level) throws InterruptedException {
        long start = System.nanoTime();
        while (!level.getAsBoolean()) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS)) {
                throw new AssertionError("waited " + DEADLINE_SECONDS + " s in vain until " + what);
            }
            Thread.sleep(5);
        }
    }
}
