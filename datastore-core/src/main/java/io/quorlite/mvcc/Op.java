package io.quorlite.mvcc;

/** One operation of a transaction. */
public sealed interface Op permits Op.Range, Op.Put, Op.DeleteRange, Op.Nested, Op.Invalid {

    /** By what a range is sorted. */
    enum SortTarget {
        KEY,
        VERSION,
        CREATE_REVISION,
        MOD_REVISION,
        VALUE
    }

    /** In which direction; {@code NONE} with a target other than the key means ascending, as in etcd. */
    enum SortOrder {
        NONE,
        ASCEND,
        DESCEND
    }

    /**
     * Reads a range of keys.
     *
     * @param revision the main revision to read at; 0 or less means the newest
     * @param limit how many keys at most; 0 or less means all
     * @param minModRevision and the three others: bounds on what is returned, 0 means none; they do not touch the count
     */
    record Range(
            KeyRange keys,
            long revision,
            long limit,
            SortTarget sortTarget,
            SortOrder sortOrder,
            boolean keysOnly,
            boolean countOnly,
            long minModRevision,
            long maxModRevision,
            long minCreateRevision,
            long maxCreateRevision)
            implements Op {
        public static Range of(KeyRange keys) {
            return of(keys, 0, 0);
        }

        public static Range of(KeyRange keys, long revision, long limit) {
            return new Range(keys, revision, limit, SortTarget.KEY, SortOrder.NONE, false, false, 0, 0, 0, 0);
        }

        public static Range count(KeyRange keys) {
            return new Range(keys, 0, 0, SortTarget.KEY, SortOrder.NONE, false, true, 0, 0, 0, 0);
        }

        /** Whether rows come out as the store keeps them, so that a limit can stop the scan. */
        public boolean isNaturalOrder() {
            return sortTarget == SortTarget.KEY
                    && sortOrder != SortOrder.DESCEND
                    && minModRevision == 0
                    && maxModRevision == 0
                    && minCreateRevision == 0
                    && maxCreateRevision == 0;
        }
    }

    /**
     * Puts a key.
     *
     * @param lease the lease to attach, 0 for none (which detaches any)
     * @param prevKv whether the result carries the version before
     * @param ignoreValue keep the key's value; the key must exist
     * @param ignoreLease keep the key's lease; the key must exist
     */
    record Put(Bytes key, Bytes value, long lease, boolean prevKv, boolean ignoreValue, boolean ignoreLease)
            implements Op {
        public static Put of(Bytes key, Bytes value) {
            return new Put(key, value, 0, false, false, false);
        }

        public static Put of(Bytes key, Bytes value, long lease) {
            return new Put(key, value, lease, false, false, false);
        }
    }

    /** Deletes a range of keys. */
    record DeleteRange(KeyRange keys, boolean prevKv) implements Op {}

    /** A transaction inside a transaction. */
    record Nested(Txn txn) implements Op {}

    /**
     * An operation that a protocol carried and that has no meaning here. It stands in its place so that {@link TxnValidator}
     * refuses it in turn: which of several mistakes is named shows. It is never evaluated.
     */
    record Invalid(InvalidRequestException.Kind kind) implements Op {}
}
