package io.quorlite.watch;

import io.quorlite.mvcc.Bytes;
import java.util.function.Predicate;

/**
 * The past, as watchers that catch up read it: a port that the facade puts on the database. Thread-safe; called on the hub's
 * executor, where it may block, except for {@link #compactRevision}, which is called under the hub's lock.
 *
 * <p>What the hub relies on: a revision that was published is in the history before {@link WatchHub#publish} is called with
 * it; and {@link #compactRevision} rises before any row that the compaction makes superfluous goes. So rows read from a
 * revision on are complete if that revision is not below the compacted one <em>after</em> they were read.
 */
public interface WatchHistory extends PreviousVersions {
    /**
     * Reads the events of the keys that {@code wanted} accepts, from main revision {@code fromMain} through {@code toMain}.
     * Stops early, always between two main revisions, when the events found come from {@code revisionsMax} main revisions or
     * hold {@code bytesMax} bytes of keys and values, or when it has scanned enough for one turn. At least revision
     * {@code fromMain} is covered, however large it is. {@code prevKv} of the events is not needed.
     */
    WatchBatch read(long fromMain, long toMain, Predicate<Bytes> wanted, int revisionsMax, long bytesMax);

    /** The revision last compacted to, -1 if never. At that revision itself all events, deletions too, are still there. */
    long compactRevision();
}
