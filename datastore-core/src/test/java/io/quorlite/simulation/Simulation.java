package io.quorlite.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Virtual time in one thread. Everything that happens is an event, in the order of time and, at one time, of scheduling; all
 * chance comes from one seed; what happened is told to a trace. So a seed is a whole run, and runs again exactly. Not
 * thread-safe.
 */
public final class Simulation {
    /** Something that will happen, unless it is cancelled. */
    public static final class Event implements Comparable<Event> {
        private final long atNanos;
        private final long number;
        private final Runnable action;
        private boolean cancelled;

        private Event(long atNanos, long number, Runnable action) {
            this.atNanos = atNanos;
            this.number = number;
            this.action = action;
        }

        public void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    public static final long MILLI = 1_000_000;
    public static final long SECOND = 1_000 * MILLI;

    /** More than any run needs: one that does not end is a defect. */
    private static final long EVENTS_MAX = 3_000_000;

    private final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<String> trace = new ArrayList<>();
    private final boolean tracing;
    private long nowNanos;
    private long lastNumber;

    public Simulation(long seed) {
        this(seed, false);
    }

    /** @param tracing whether what happens is remembered, which takes time */
    public Simulation(long seed, boolean tracing) {
        this.tracing = tracing;
        // Neighbouring seeds of a Random begin alike.
        this.random = new Random(seed * 0x9E3779B97F4A7C15L ^ seed >>> 32);
    }

    public long nowNanos() {
        return nowNanos;
    }

    public Random random() {
        return random;
    }

    /** A length of time from {@code min} to {@code max}, both included; any unit. */
    public long between(long min, long max) {
        return min + (max == min ? 0 : Math.floorMod(random.nextLong(), max - min + 1));
    }

    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    public <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    public Event after(long delayNanos, Runnable action) {
        Event event = new Event(nowNanos + Math.max(0, delayNanos), ++lastNumber, action);
        events.add(event);
        return event;
    }

    /** Lets everything happen that is due within {@code nanos} from now. */
    public void run(long nanos) {
        long end = nowNanos + nanos;
        while (!events.isEmpty() && events.peek().atNanos <= end) {
            Event next = events.remove();
            if (next.number > EVENTS_MAX) {
                throw new IllegalStateException("this does not end");
            }
            nowNanos = next.atNanos;
            if (!next.cancelled) {
                next.action.run();
            }
        }
        nowNanos = end;
    }

    public void trace(Supplier<String> what) {
        if (tracing) {
            trace.add(nowNanos / 1_000 + "us " + what.get());
        }
    }

    /** Everything told, in order. */
    public List<String> trace() {
        return Collections.unmodifiableList(trace);
    }
}
