package io.quorlite.etcd;

import io.quorlite.replication.ReplicationStatus;
import java.util.function.Supplier;

/**
 * The member's place in its group as last looked at, which every response header and every stream that wants a leader asks
 * for: looking takes the Raft engine's lock, which neither an event loop nor the thread that applies may wait for. So it is
 * looked at from time to time, and once more before it is said that there is no leader. Thread-safe.
 */
final class ReplicationView {
    /** How old a view may be. */
    static final long REFRESH_MILLIS = 100;

    private final Supplier<ReplicationStatus> source;
    private volatile ReplicationStatus seen;

    ReplicationView(Supplier<ReplicationStatus> source) {
        this.source = source;
        this.seen = source.get();
    }

    void refresh() {
        seen = source.get();
    }

    long term() {
        return current().term();
    }

    boolean hasLeader() {
        return current().leaderId() != 0;
    }

    private ReplicationStatus current() {
        if (seen.leaderId() == 0) {
            refresh();
        }
        return seen;
    }
}
