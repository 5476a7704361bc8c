package io.quorlite.replication;

/**
 * A committed entry. An empty {@code data} is a leader's first entry, which carries nothing but its term.
 *
 * @param data the entry; not to be written to
 */
@SuppressWarnings("ArrayRecordComponent") // handed over on the hot path; compared nowhere
public record CommittedEntry(long index, long term, byte[] data) {}
