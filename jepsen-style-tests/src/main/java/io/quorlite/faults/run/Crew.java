package io.quorlite.faults.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Threads that each do one thing over and over until all are told to stop. Not thread-safe. */
final class Crew {
    /** Something that is done over and over. */
    interface Work {
        void once() throws InterruptedException;
    }

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private volatile @Nullable Throwable failure;

    /** Starts a thread that does {@code work} with a pause after each time. */
    void start(String name, long pauseMillis, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        do {
                            work.once();
                        } while (!stopped.await(pauseMillis, TimeUnit.MILLISECONDS));
                    } catch (InterruptedException | RuntimeException | Error e) {
                        failure = e;
                    }
                },
                name);
        thread.start();
        threads.add(thread);
    }

    /** Lets each finish what it is doing. @throws IllegalStateException if one of them failed */
    void stop() throws InterruptedException {
        stopped.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure != null) {
            throw new IllegalStateException("the harness failed", failure);
        }
    }
}
