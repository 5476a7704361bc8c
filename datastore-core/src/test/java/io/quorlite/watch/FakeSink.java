package io.quorlite.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A client that takes as many event messages as it has room for, and complains about what a hub must not do: hand over events
 * when there is no room, from two threads at once, or anything after {@link #fail}. Thread-safe.
 */
final class FakeSink implements WatchSink {
    private final List<WatchMessage> messages = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();
    private long room = Long.MAX_VALUE;
    private @Nullable Throwable failure;
    private @Nullable RuntimeException toThrow;

    @Override
    public synchronized boolean isReady() {
        return room > 0;
    }

    @Override
    public void deliver(WatchMessage message) {
        if (inside.incrementAndGet() != 1) {
            complain("delivered from two threads at once: " + message);
        }
        accept(message);
        inside.decrementAndGet();
    }

    private synchronized void accept(WatchMessage message) {
        if (toThrow != null) {
            throw toThrow;
        }
        if (failure != null) {
            complain("delivered after it was failed: " + message);
        }
        if (message instanceof WatchMessage.Events events) {
            if (events.events().isEmpty()) {
                complain("no events: " + message);
            }
            if (room <= 0) {
                complain("events without room: " + message);
            }
            room--;
        }
        messages.add(message);
    }

    @Override
    public synchronized void fail(Throwable cause) {
        if (failure != null) {
            complain("failed twice");
        }
        failure = cause;
    }

    private synchronized void complain(String what) {
        complaints.add(what);
    }

    /** From now on there is room for {@code events} more event messages; the caller says so to the stream. */
    synchronized void setRoom(long events) {
        room = events;
    }

    synchronized void throwFromNowOn(RuntimeException error) {
        toThrow = error;
    }

    synchronized List<WatchMessage> messages() {
        return List.copyOf(messages);
    }

    /** What was delivered since the last call. */
    synchronized List<WatchMessage> take() {
        List<WatchMessage> taken = List.copyOf(messages);
        messages.clear();
        return taken;
    }

    synchronized List<String> complaints() {
        return List.copyOf(complaints);
    }

    synchronized @Nullable Throwable failure() {
        return failure;
    }
}
