package io.quorlite.sqlite;

/**
 * The one row that says how far the database is. It is written once in each transaction, together with what it tells of.
 *
 * @param appliedIndex the last log entry the database contains, 0 for none
 * @param stateHash the state machine's running hash at that entry
 * @param revision the newest complete main revision
 * @param compactRevision the revision compacted to, -1 if never
 * @param sweptRevision the compacted revision up to which superseded rows are physically gone
 * @param records how many rows history, leases and system records have together
 * @param recordSum the sum of their checksums, modulo 2^64: with it rows that vanished as a whole are noticed, too
 */
record Meta(
        long clusterId,
        long appliedIndex,
        long appliedTerm,
        long stateHash,
        long revision,
        long compactRevision,
        long sweptRevision,
        long records,
        long recordSum) {
    /** A store into which nothing was written yet; its revision is 1, as in etcd. */
    static final Meta EMPTY = new Meta(0, 0, 0, 0, 1, -1, -1, 0, 0);
}
