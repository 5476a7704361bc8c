package io.quorlite.simulation;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads of a simulated process. With one of them tasks run in their order, each after a pause that chance decides; with more,
 * in any order. While the process is paused nothing runs, and what fell due runs afterwards. Once shut down it drops everything.
 */
public final class SimulatedExecutor extends AbstractExecutorService implements ScheduledExecutorService {
    private static final long PAUSED_LOOK_NANOS = 20 * Simulation.MILLI;

    private final Simulation simulation;
    private final boolean ordered;
    private final BooleanSupplier paused;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private long pauseNanosMax = 300_000;
    private boolean running;
    private boolean shutdown;
    private boolean killed;

    public SimulatedExecutor(Simulation simulation, boolean ordered, BooleanSupplier paused) {
        this.simulation = simulation;
        this.ordered = ordered;
        this.paused = paused;
    }

    /** How long a task may wait for its thread. */
    public SimulatedExecutor slow(long nanosMax) {
        pauseNanosMax = nanosMax;
        return this;
    }

    /** The process is no more: what it was given or is given does not happen, and nobody is told. */
    public void kill() {
        killed = true;
        shutdown();
    }

    @Override
    public void execute(Runnable task) {
        if (killed) {
            return;
        }
        if (shutdown) {
            throw new RejectedExecutionException("shut down");
        }
        if (!ordered) {
            simulation.after(pause(), () -> runWhenAwake(task));
            return;
        }
        queue.add(task);
        if (!running) {
            running = true;
            simulation.after(pause(), this::runNext);
        }
    }

    private long pause() {
        return simulation.between(0, pauseNanosMax);
    }

    private void runNext() {
        if (shutdown) {
            return;
        }
        if (paused.getAsBoolean()) {
            simulation.after(PAUSED_LOOK_NANOS, this::runNext);
            return;
        }
        queue.remove().run();
        running = !queue.isEmpty();
        if (running) {
            simulation.after(pause(), this::runNext);
        }
    }

    private void runWhenAwake(Runnable task) {
        if (shutdown) {
            return;
        }
        if (paused.getAsBoolean()) {
            simulation.after(PAUSED_LOOK_NANOS, () -> runWhenAwake(task));
        } else {
            task.run();
        }
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return new Timed<>(command, unit.toNanos(delay), 0);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        return new Timed<>(command, unit.toNanos(initialDelay), unit.toNanos(delay));
    }

    @Override
    public void shutdown() {
        shutdown = true;
        queue.clear();
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return shutdown;
    }

    /** A task for later; cancelled it does not run. */
    private final class Timed<V extends @Nullable Object> extends FutureTask<V> implements ScheduledFuture<V> {
        private final Runnable command;
        private final long againNanos;

        @SuppressWarnings("NullAway") // the result of a Runnable
        Timed(Runnable command, long delayNanos, long againNanos) {
            super(command, null);
            this.command = command;
            this.againNanos = againNanos;
            fallDueIn(delayNanos);
        }

        private void fallDueIn(long nanos) {
            simulation.after(nanos, () -> {
                if (!shutdown && !isCancelled()) {
                    execute(this::runOnce);
                }
            });
        }

        private void runOnce() {
            if (isCancelled()) {
                return;
            }
            if (againNanos == 0) {
                run();
            } else {
                command.run();
                fallDueIn(againNanos);
            }
        }

        @Override
        public long getDelay(TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int compareTo(Delayed other) {
            throw new UnsupportedOperationException();
        }
    }
}
