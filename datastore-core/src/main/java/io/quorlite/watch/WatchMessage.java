package io.quorlite.watch;

import java.util.List;

/** What a stream of watches says, in one order. {@code revision} is the store's main revision at that point. */
public sealed interface WatchMessage {
    /** As the id of a message that concerns every watch of the stream, or a watch that never came to be. */
    long NO_WATCH = -1;

    /** The watch exists; its events follow. */
    record Created(long watchId, long revision) implements WatchMessage {}

    /**
     * Events in revision order; a main revision's events are all in one message.
     *
     * @param revision the events' revision for a watch that is up to date, the store's while it catches up
     */
    record Events(long watchId, long revision, boolean prevKv, List<WatchEvent> events) implements WatchMessage {}

    /** Every event up to and including {@code revision} has been sent before. */
    record Progress(long watchId, long revision) implements WatchMessage {}

    /** The watch is no more, as its client asked. */
    record Cancelled(long watchId, long revision) implements WatchMessage {}

    /** The watch is no more: what it needs next was compacted away. */
    record Compacted(long watchId, long compactRevision) implements WatchMessage {}

    /** The watch never came to be; created and cancelled at once. */
    record Rejected(Reason reason, long revision) implements WatchMessage {}

    /** Why a watch was rejected. */
    enum Reason {
        DUPLICATE_ID,
        EMPTY_RANGE,
        NEGATIVE_REVISION,
        TOO_MANY_WATCHES
    }
}
