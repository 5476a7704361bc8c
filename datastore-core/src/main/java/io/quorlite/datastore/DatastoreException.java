package io.quorlite.datastore;

/**
 * Why an operation was refused, or that its outcome is unknown. A refused operation changed nothing and can be made again; one
 * whose kind {@link Kind#isOutcomeUnknown()} may have happened, or may happen yet.
 */
public final class DatastoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The kinds, each with one meaning. */
    public enum Kind {
        /** The revision is below the compacted one. */
        COMPACTED,
        /** The revision has not been reached. */
        FUTURE_REVISION,
        KEY_NOT_FOUND,
        LEASE_NOT_FOUND,
        LEASE_EXISTS,
        LEASE_TTL_TOO_LARGE,
        EMPTY_KEY,
        DUPLICATE_KEY,
        TOO_MANY_OPERATIONS,
        REQUEST_TOO_LARGE,
        VALUE_PROVIDED,
        LEASE_PROVIDED,
        INVALID_SORT,
        /** The quota is used up: only what frees space is taken. */
        NO_SPACE,
        /** Too much is under way; try again later. */
        OVERLOADED,
        /** No leader: nothing was proposed. */
        NO_LEADER,
        /** The leader changed and the operation is certain not to have happened. */
        LEADER_CHANGED,
        /** No answer in time to a read. */
        TIMEOUT,
        /** No answer in time to a write: it may have happened. */
        OUTCOME_UNKNOWN,
        /** A learner does not serve this. */
        LEARNER,
        /** The group does not take this change of members as it stands. */
        MEMBERSHIP,
        /** The store is closed or was stopped by an error. */
        STOPPED,
        /** Data of this member failed its checksum; it is out of service until rebuilt from its peers. */
        CORRUPT;

        public boolean isOutcomeUnknown() {
            return this == OUTCOME_UNKNOWN;
        }
    }

    private final Kind kind;

    public DatastoreException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
