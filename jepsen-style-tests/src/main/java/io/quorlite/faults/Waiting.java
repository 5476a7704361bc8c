package io.quorlite.faults;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits for levels, always with a deadline. */
public final class Waiting {
    private static final long LOOK_MILLIS = 20;

    private Waiting() {}

    /**
     * Looks until {@code level} is true. What it throws counts as "not yet", and the last of it explains a failure.
     *
     * @throws AssertionError if that takes longer than {@code limit}
     */
    public static void until(String what, Duration limit, Callable<Boolean> level) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        Exception last = null;
        while (true) {
            last = null;
            try {
                if (level.call()) {
                    return;
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                last = e;
            }
            if (System.nanoTime() > deadlineNanos) {
                throw failure(what, limit, last);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private static AssertionError failure(String what, Duration limit, @Nullable Exception last) {
        return new AssertionError("waited " + limit.toSeconds() + " s in vain for: " + what, last);
    }
}
