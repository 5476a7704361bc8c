package io.quorlite.benchmarks.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Keeps as many operations in flight as asked: each that ends starts the next. Errors are counted apart from successes. */
public final class ClosedLoop {
    private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(1);
    private static final long POLL_MILLIS = 5;

    private final Operation operation;
    private final AtomicInteger next = new AtomicInteger();

    public ClosedLoop(Operation operation) {
        this.operation = operation;
    }

    /** Runs for about {@code seconds}, then lets what is in flight end. */
    public Seen run(int inFlight, double seconds) throws InterruptedException {
        Run run = new Run(inFlight, (long) (seconds * 1e9));
        for (int i = 0; i < inFlight; i++) {
            run.next();
        }
        return run.end(seconds);
    }

    /** Runs until {@code done} says so, asked every few milliseconds, but not longer than {@code secondsMax}. */
    public Seen runUntil(int inFlight, double secondsMax, BooleanSupplier done) throws InterruptedException {
        Run run = new Run(inFlight, (long) (secondsMax * 1e9));
        for (int i = 0; i < inFlight; i++) {
            run.next();
        }
        while (!done.getAsBoolean() && System.nanoTime() < run.end) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        run.end = System.nanoTime();
        return run.end(0);
    }

    /** One operation; returns 1 if it succeeded, else 0. */
    long once(double secondsMax) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        AtomicLong succeeded = new AtomicLong();
        operation.start(next.getAndIncrement(), new Operation.Done() {
            @Override
            public void succeeded(long items) {
                succeeded.set(1);
                ended.countDown();
            }

            @Override
            public void failed(Throwable reason) {
                ended.countDown();
            }
        });
        boolean inTime = ended.await((long) (secondsMax * 1e3), TimeUnit.MILLISECONDS);
        return inTime ? succeeded.get() : 0;
    }

    private final class Run {
        private final long start = System.nanoTime();
        private volatile long end;
        private final CountDownLatch idle;
        private final AtomicLong operations = new AtomicLong();
        private final AtomicLong items = new AtomicLong();
        private final AtomicLong errors = new AtomicLong();
        private final Histogram latency = new ConcurrentHistogram(HIGHEST_MICROS, 3);

        Run(int inFlight, long nanos) {
            this.end = start + nanos;
            this.idle = new CountDownLatch(inFlight);
        }

        Seen end(double secondsToGo) throws InterruptedException {
            if (!idle.await((long) secondsToGo + 60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("requests are still in flight a minute after the end of the run");
            }
            return new Seen(operations.get(), items.get(), errors.get(), System.nanoTime() - start, latency);
        }

        void next() {
            long sent = System.nanoTime();
            if (sent >= end) {
                idle.countDown();
                return;
            }
            operation.start(next.getAndIncrement(), new Operation.Done() {
                @Override
                public void succeeded(long count) {
                    latency.recordValue(Math.min(HIGHEST_MICROS, (System.nanoTime() - sent) / 1_000));
                    operations.incrementAndGet();
                    items.addAndGet(count);
                    next();
                }

                @Override
                public void failed(Throwable reason) {
                    errors.incrementAndGet();
                    next();
                }
            });
        }
    }
}
