package io.quorlite.watch;

/** The watches of one client stream: they share a FIFO and a space of ids. Thread-safe; no method blocks. */
public interface WatchStream extends AutoCloseable {
    /** Adds a watch; the sink hears {@link WatchMessage.Created} or {@link WatchMessage.Rejected}. */
    void create(WatchRequest request);

    /** Ends a watch; an unknown id is ignored. */
    void cancel(long watchId);

    /**
     * Asks for one {@link WatchMessage.Progress} for all watches. Sent only if every watch is up to date and none starts in the
     * future; otherwise nothing is sent and nothing remembered.
     */
    void requestProgress();

    /** The sink became ready again after {@link WatchSink#isReady} was false. */
    void sinkReady();

    /** Ends all watches silently. */
    @Override
    void close();
}
