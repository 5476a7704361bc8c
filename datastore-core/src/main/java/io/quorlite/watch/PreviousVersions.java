package io.quorlite.watch;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import org.jspecify.annotations.Nullable;

/** Finds the version that an event replaced. */
@FunctionalInterface
public interface PreviousVersions {
    /**
     * The version of {@code key} alive at main revision {@code mainRevision - 1}; null where the key was absent then.
     *
     * <p>For {@link WatchHub#publish} it must be found even where a compaction of the same batch has passed it: rows may go
     * only after the events that replaced them were published. For a {@link WatchHistory} it is null below the compacted
     * revision, as in etcd.
     */
    @Nullable KeyValue before(Bytes key, long mainRevision);
}
