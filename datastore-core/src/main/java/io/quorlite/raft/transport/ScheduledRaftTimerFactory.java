package io.quorlite.raft.transport;

import io.quorlite.sofajraft.core.Scheduler;
import io.quorlite.sofajraft.util.SPI;
import io.quorlite.sofajraft.util.timer.RaftTimerFactory;
import io.quorlite.sofajraft.util.timer.Timeout;
import io.quorlite.sofajraft.util.timer.Timer;
import io.quorlite.sofajraft.util.timer.TimerTask;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's timers over scheduled executors, which sleep until something is due; the stock ones wake each millisecond and
 * are most of an idle node's CPU. Found by the engine as a service. Each timer has one thread, started when it is first used;
 * nothing is ever interrupted, since an interrupt closes the file a thread is writing to.
 *
 * <p>Those of elections are stretched by the {@link ElectionPatience} of their node, see {@link #stretching}.
 */
@SPI(priority = 10)
public final class ScheduledRaftTimerFactory implements RaftTimerFactory {
    private static final Logger LOG = LoggerFactory.getLogger(ScheduledRaftTimerFactory.class);

    /** Of the node that this thread is starting. */
    private static final ThreadLocal<@Nullable Starting> STARTING = new ThreadLocal<>();

    private record Starting(ElectionPatience patience, UnaryOperator<Timer> timers) {}

    /**
     * Starts a node by {@code init}, with its election timers stretched by {@code patience}. The engine shares this factory among all
     * nodes of a process, but makes a node's timers within its start, on the same thread.
     *
     * @param timers what becomes of the timers of elections, votes and of a leader that hears nobody
     */
    public static boolean stretching(ElectionPatience patience, UnaryOperator<Timer> timers, BooleanSupplier init) {
        STARTING.set(new Starting(patience, timers));
        try {
            return init.getAsBoolean();
        } finally {
            STARTING.remove();
        }
    }

    @Override
    public Timer getElectionTimer(boolean shared, String name) {
        return patientTimer(name, true);
    }

    @Override
    public Timer getVoteTimer(boolean shared, String name) {
        return patientTimer(name, false);
    }

    private Timer patientTimer(String name, boolean waitsForLeader) {
        Starting node = STARTING.get();
        Timer timer = createTimer(name);
        return node == null ? timer : new PatientTimer(node.timers.apply(timer), node.patience, waitsForLeader);
    }

    @Override
    public Timer getStepDownTimer(boolean shared, String name) {
        Starting node = STARTING.get();
        Timer timer = createTimer(name);
        return node == null ? timer : node.timers.apply(timer);
    }

    @Override
    public Timer getSnapshotTimer(boolean shared, String name) {
        return createTimer(name);
    }

    @Override
    public Scheduler getRaftScheduler(boolean shared, int workerNum, String name) {
        return createScheduler(workerNum, name);
    }

    @Override
    public Timer createTimer(String name) {
        return new ScheduledTimer(executor(1, name));
    }

    @Override
    public Scheduler createScheduler(int workerNum, String name) {
        return new ExecutorScheduler(executor(workerNum, name));
    }

    private static ScheduledThreadPoolExecutor executor(int threads, String name) {
        AtomicInteger number = new AtomicInteger();
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(threads, task -> {
            Thread thread = new Thread(task, name + "-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        return executor;
    }

    private record ScheduledTimer(ScheduledThreadPoolExecutor executor) implements Timer {
        @Override
        public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
            ScheduledTimeout timeout = new ScheduledTimeout(this, task);
            timeout.future = executor.schedule(timeout, delay, unit);
            return timeout;
        }

        @Override
        public Set<Timeout> stop() {
            executor.shutdown();
            return Set.of();
        }
    }

    private static final class ScheduledTimeout implements Timeout, Runnable {
        private enum State {
            PENDING,
            EXPIRED,
            CANCELLED
        }

        private final Timer timer;
        private final TimerTask task;

        /**
         * Decides between running and cancelling. A future's own cancel also succeeds while its task runs, and the engine's
         * repeated timers would then run or destroy themselves twice.
         */
        private final AtomicReference<State> state = new AtomicReference<>(State.PENDING);

        private volatile @Nullable ScheduledFuture<?> future;

        ScheduledTimeout(Timer timer, TimerTask task) {
            this.timer = timer;
            this.task = task;
        }

        @Override
        public void run() {
            if (!state.compareAndSet(State.PENDING, State.EXPIRED)) {
                return;
            }
            try {
                task.run(this);
            } catch (Exception e) {
                LOG.error("a timer task of the engine failed", e);
            }
        }

        @Override
        public boolean cancel() {
            if (!state.compareAndSet(State.PENDING, State.CANCELLED)) {
                return false;
            }
            ScheduledFuture<?> scheduled = future;
            if (scheduled != null) {
                scheduled.cancel(false); // takes it out of the queue
            }
            return true;
        }

        @Override
        public Timer timer() {
            return timer;
        }

        @Override
        public TimerTask task() {
            return task;
        }

        @Override
        public boolean isExpired() {
            return state.get() == State.EXPIRED;
        }

        @Override
        public boolean isCancelled() {
            return state.get() == State.CANCELLED;
        }
    }

    private record ExecutorScheduler(ScheduledThreadPoolExecutor executor) implements Scheduler {
        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            return executor.schedule(command, delay, unit);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
            return executor.scheduleAtFixedRate(command, initialDelay, period, unit);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(
                Runnable command, long initialDelay, long delay, TimeUnit unit) {
            return executor.scheduleWithFixedDelay(command, initialDelay, delay, unit);
        }

        @Override
        public void shutdown() {
            executor.shutdown();
        }
    }
}
