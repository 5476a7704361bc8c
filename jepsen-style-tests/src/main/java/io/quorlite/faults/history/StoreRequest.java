package io.quorlite.faults.history;

import java.util.List;

/** One call of etcd's interface. Immutable. */
public sealed interface StoreRequest extends Request {
    /** Writes a key. */
    record Put(String key, String value, long lease, boolean prevKv) implements StoreRequest {
        public Put(String key, String value) {
            this(key, value, 0, false);
        }
    }

    /**
     * Reads keys in ascending order.
     *
     * @param revision the revision to read at, 0 for the latest
     * @param limit the most keys wanted, 0 for all
     * @param serializable whether the node may answer from what it has
     */
    record Range(KeyRange range, long revision, long limit, boolean serializable, boolean countOnly)
            implements StoreRequest {
        public Range(KeyRange range) {
            this(range, 0, 0, false, false);
        }
    }

    /** Deletes keys. */
    record DeleteRange(KeyRange range, boolean prevKv) implements StoreRequest {}

    /** Does all of {@code success} where every comparison holds, else all of {@code failure}. */
    record Txn(List<Compare> compares, List<StoreRequest> success, List<StoreRequest> failure) implements StoreRequest {
        public Txn {
            compares = List.copyOf(compares);
            success = List.copyOf(success);
            failure = List.copyOf(failure);
        }
    }

    /** Forgets the versions below {@code revision} that have been superseded. */
    record Compact(long revision) implements StoreRequest {}

    /** Grants a lease; {@code id} 0 lets the store choose. */
    record LeaseGrant(long id, long ttlSeconds) implements StoreRequest {}

    /** Ends a lease and deletes its keys. */
    record LeaseRevoke(long id) implements StoreRequest {}

    /** Renews a lease once. */
    record LeaseKeepAlive(long id) implements StoreRequest {}

    /** Asks what is left of a lease. */
    record LeaseTimeToLive(long id) implements StoreRequest {}

    /** Asks one member for the hash of its key space at {@code revision}, 0 for the latest. */
    record HashKv(long revision) implements StoreRequest {}
}
