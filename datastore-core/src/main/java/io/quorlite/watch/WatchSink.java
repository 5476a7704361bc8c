package io.quorlite.watch;

/**
 * Where the messages of one stream go, in order. The hub calls it from any thread, but never from two at once, and it never
 * blocks: it queues.
 */
public interface WatchSink {
    /** Whether more events are welcome. While not, watches of the stream fall back to catching up, which waits. */
    boolean isReady();

    /** Queues {@code message}. Messages other than events are accepted whatever {@link #isReady} says. */
    void deliver(WatchMessage message);

    /** The hub can serve this stream no longer; the client must be told loudly and the stream closed. */
    void fail(Throwable cause);
}
