package io.quorlite.mvcc;

/** The numbers of a key's newest version, as the index keeps them in memory. */
public record KeyState(long createRevision, long modRevision, long version) {}
