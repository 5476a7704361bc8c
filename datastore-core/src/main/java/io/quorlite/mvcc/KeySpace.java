package io.quorlite.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * The storage port of the multi-version key space: every version of every key above the compacted revision, and at or below
 * it the newest one of each key. Implemented on SQLite and, as the model it is compared with, on a sorted map.
 *
 * <p>One thread writes. A writer sees its own changes at {@link #LATEST} at once; others see a main revision only after its
 * batch was committed, which is the implementation's affair. Revisions given to reads are main revisions.
 */
public interface KeySpace {
    /** As a revision to read at: everything written so far, the transaction in progress included. Writer only. */
    long LATEST = Long.MAX_VALUE;

    /** The newest main revision whose transaction is complete; 1 for an empty store. */
    long currentRevision();

    /** The revision last compacted to; -1 if never, as in etcd. */
    long compactRevision();

    /** Counts the keys alive in {@code range} at {@code revision}. */
    long count(KeyRange range, long revision);

    /**
     * Visits the keys alive in {@code range} at {@code revision} in key order until the visitor returns false. Without
     * {@code values} each {@link KeyValue#value()} is empty.
     */
    void scan(KeyRange range, long revision, boolean values, RowVisitor visitor);

    /** The version of {@code key} alive at {@code revision}, or null. */
    @Nullable KeyValue get(Bytes key, long revision);

    /** The newest version of {@code key} without value and lease, or null where it is absent. Reads no disk. Writer only. */
    @Nullable KeyState latest(Bytes key);

    /** Appends a version, tombstones included, at {@code revision}, which must be above all before. Writer only. */
    void append(Revision revision, KeyValue kv);

    /** Completes the transaction in progress: {@link #currentRevision()} becomes {@code main}. Writer only. */
    void complete(long main);

    /**
     * Sets the compacted revision. Rows no longer needed may go now or later; reads below it are refused from now on.
     * {@code revision} is above {@link #compactRevision()} and not above {@link #currentRevision()}. Writer only.
     */
    void compact(long revision);

    /** Receives rows. */
    @FunctionalInterface
    interface RowVisitor {
        /** Takes a row and tells whether to go on. */
        boolean row(KeyValue kv);

        /** The same for a row that is not there to stay; for visitors that need none that does. */
        default boolean view(RowView row) {
            return row(row.toKeyValue());
        }
    }
}
