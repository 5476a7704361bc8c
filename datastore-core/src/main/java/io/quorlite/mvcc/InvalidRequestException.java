package io.quorlite.mvcc;

/**
 * A request that is refused for its shape, whatever the store holds. The kinds are etcd's; the messages of the wire are the etcd
 * face's affair. It carries no stack trace: a refusal is an answer.
 */
public final class InvalidRequestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why it was refused. */
    public enum Kind {
        EMPTY_KEY,
        /** More operations than a transaction may have, the transactions inside it counted. */
        TOO_MANY_OPERATIONS,
        /** A key put twice, or put and deleted, in one transaction. */
        DUPLICATE_KEY,
        /** A value along with {@code ignore_value}. */
        VALUE_PROVIDED,
        /** A lease along with {@code ignore_lease}. */
        LEASE_PROVIDED,
        /** A number that stands for no order or target; only the etcd face can meet one. */
        INVALID_SORT,
        /** An operation that is none, which etcd calls a key not found; only the etcd face can meet one. */
        KEY_NOT_FOUND
    }

    private final Kind kind;

    public InvalidRequestException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
