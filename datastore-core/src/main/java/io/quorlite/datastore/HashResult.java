package io.quorlite.datastore;

/** A hash of the history up to a revision, equal on all members that have it. */
public record HashResult(int hash, long hashRevision, long compactRevision, long currentRevision) {}
