package io.quorlite.datastore;

import io.quorlite.mvcc.KeyEvent;
import io.quorlite.watch.WatchMessage;
import io.quorlite.watch.WatchSink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Keeps what a stream of watches says. Thread-safe. */
final class RecordingSink implements WatchSink {
    private final List<WatchMessage> messages = new ArrayList<>();
    private @Nullable Throwable failure;

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public synchronized void deliver(WatchMessage message) {
        messages.add(message);
        notifyAll();
    }

    @Override
    public synchronized void fail(Throwable cause) {
        failure = cause;
        notifyAll();
    }

    /** All messages, as soon as they satisfy {@code enough}. */
    synchronized List<WatchMessage> await(Predicate<List<WatchMessage>> enough) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!enough.test(messages)) {
            long left = end - System.nanoTime();
            if (left <= 0 || failure != null) {
                throw new AssertionError("only " + messages, failure);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return List.copyOf(messages);
    }

    /** The first {@code count} events, in the order in which they came. */
    List<KeyEvent> awaitEvents(int count) throws InterruptedException {
        return events(await(all -> events(all).size() >= count));
    }

    synchronized boolean hasFailed() {
        return failure != null;
    }

    static List<KeyEvent> events(List<WatchMessage> messages) {
        return messages.stream()
                .filter(WatchMessage.Events.class::isInstance)
                .flatMap(message -> ((WatchMessage.Events) message).events().stream())
                .map(event -> event.event())
                .toList();
    }
}
