package io.quorlite.sqlite;

/**
 * How far a store is, as one consistent set of numbers.
 *
 * @param revision the newest complete main revision; 1 for an empty store
 * @param compactRevision the revision compacted to, -1 if never
 * @param appliedIndex the last log entry contained, 0 for none
 * @param stateHash the state machine's running hash at that entry
 * @param clusterId as set in the store, 0 if never
 */
public record StorePosition(
        long revision, long compactRevision, long appliedIndex, long appliedTerm, long stateHash, long clusterId) {
    static StorePosition of(Meta meta) {
        return new StorePosition(
                meta.revision(),
                meta.compactRevision(),
                meta.appliedIndex(),
                meta.appliedTerm(),
                meta.stateHash(),
                meta.clusterId());
    }
}
