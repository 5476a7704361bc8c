package io.quorlite.raft.transport;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The links between members of one process, each way of its own: what is lost, delayed or doubled on them. Thread-safe. */
public final class FaultyNetwork implements AutoCloseable {
    private record Link(long from, long to) {}

    /** What becomes of a message. */
    enum Fate {
        PASSES,
        IS_LATE,
        IS_LOST,
        COMES_TWICE
    }

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "faulty-network");
        thread.setDaemon(true);
        return thread;
    });
    private final Random random;
    private final Set<Link> cut = new HashSet<>();
    private double troubled;

    public FaultyNetwork(long seed) {
        random = new Random(seed);
    }

    /** A share of all messages is lost, late or doubled. */
    public synchronized void trouble(double share) {
        troubled = share;
    }

    /** Nothing goes from the one to the other any more; the way back is another link. */
    public synchronized void cut(long from, long to) {
        cut.add(new Link(from, to));
    }

    public synchronized void heal() {
        cut.clear();
        troubled = 0;
    }

    synchronized Fate fate(long from, long to) {
        if (cut.contains(new Link(from, to))) {
            return Fate.IS_LOST;
        }
        if (random.nextDouble() >= troubled) {
            return Fate.PASSES;
        }
        return Fate.values()[1 + random.nextInt(3)];
    }

    synchronized long lateNanos() {
        return TimeUnit.MICROSECONDS.toNanos(random.nextInt(4) == 0 ? random.nextInt(900_000) : random.nextInt(30_000));
    }

    void after(long nanos, Runnable task) {
        try {
            var unused = clock.schedule(task, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            // the run is over
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
