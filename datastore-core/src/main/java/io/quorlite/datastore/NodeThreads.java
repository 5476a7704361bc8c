package io.quorlite.datastore;

import io.quorlite.watch.WatchLimits;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of a member beside those of the log: named, few, bounded. */
final class NodeThreads implements AutoCloseable {
    /** Reads that wait for a thread; beyond them a read is refused. */
    static final int WAITING_READS_MAX = 10_000;

    private static final long CLOSE_SECONDS_MAX = 10;

    private final ExecutorService reads;
    private final ExecutorService watches;
    private final ScheduledExecutorService timer;
    private final ScheduledExecutorService maintenance;

    NodeThreads(
            ExecutorService reads,
            ExecutorService watches,
            ScheduledExecutorService timer,
            ScheduledExecutorService maintenance) {
        this.reads = reads;
        this.watches = watches;
        this.timer = timer;
        this.maintenance = maintenance;
    }

    static NodeThreads start(String node, int readThreads) {
        return new NodeThreads(
                new ThreadPoolExecutor(
                        readThreads,
                        readThreads,
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(WAITING_READS_MAX),
                        named(node + "-read")),
                Executors.newFixedThreadPool(WatchLimits.DEFAULT.catchUpRoundsMax(), named(node + "-watch")),
                scheduler(node + "-timer"),
                scheduler(node + "-maintenance"));
    }

    /** Reads of the database, bounded in number: refuses with {@link java.util.concurrent.RejectedExecutionException}. */
    ExecutorService reads() {
        return reads;
    }

    /** Watchers that catch up; the hub bounds what it hands over, so that nothing is ever refused. */
    ExecutorService watches() {
        return watches;
    }

    /** Deadlines; nothing here blocks. */
    ScheduledExecutorService timer() {
        return timer;
    }

    /** What may wait for the disk and for nobody else. */
    ScheduledExecutorService maintenance() {
        return maintenance;
    }

    /** Lets running tasks end, for a while; forgets those that wait. */
    @Override
    public void close() {
        timer.shutdownNow();
        maintenance.shutdown();
        watches.shutdown();
        reads.shutdown();
        awaitEnd(maintenance);
        awaitEnd(watches);
        awaitEnd(reads);
    }

    private static ScheduledExecutorService scheduler(String name) {
        ScheduledThreadPoolExecutor scheduler =
                (ScheduledThreadPoolExecutor) Executors.newScheduledThreadPool(1, named(name));
        scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        scheduler.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        return scheduler;
    }

    private static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private static void awaitEnd(ExecutorService executor) {
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
