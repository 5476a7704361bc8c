package io.quorlite.raft;

import java.util.function.BooleanSupplier;

/** Waits for a level, with a deadline that only a broken test meets. */
final class Waiting {
    private static final long NANOS_MAX = 60_000_000_000L;

    private Waiting() {}

    static void until(String what, BooleanSupplier level) {
        long deadline = System.nanoTime() + NANOS_MAX;
        while (!level.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited too long for: " + what);
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
