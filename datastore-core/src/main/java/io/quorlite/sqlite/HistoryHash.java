package io.quorlite.sqlite;

/**
 * The hash of the history up to {@code revision}; equal on all members that have compacted to the same revision.
 *
 * @param currentRevision the newest main revision when it was computed
 */
public record HistoryHash(int hash, long revision, long compactRevision, long currentRevision) {}
