package io.quorlite.watch;

/** One watch. Owned by the hub's lock; while it is {@link State#READING} its round alone may read {@link #next} without. */
final class Watcher {
    /** Where a watch stands. It is in exactly one structure of {@link WatchTable} at a time, which this names. */
    enum State {
        /** Has had every event up to the hub's revision; in the live index. */
        LIVE,
        /** Starts after the hub's revision; in the table of starts to come. */
        FUTURE,
        /** Needs events from the history; in its stream's queue. */
        LAGGING,
        /** As lagging, and a round is reading for it. */
        READING,
        /** Cancelled, closed or compacted; in no structure. */
        ENDED
    }

    final HubStream stream;
    final long id;
    final WatchRequest request;

    /** The first main revision not yet delivered. Invariant unless live: every event below it was delivered. Unused if live. */
    long next;

    State state = State.ENDED;

    /** Whether events were sent since the last periodic progress, which they then stand for. */
    boolean heardSinceTick;

    Watcher(HubStream stream, long id, WatchRequest request, long next) {
        this.stream = stream;
        this.id = id;
        this.request = request;
        this.next = next;
    }
}
