package io.quorlite.mvcc;

/**
 * A request that the key space refuses, with nothing changed. The kinds are etcd's; the messages of the wire are the etcd
 * face's affair. It carries no stack trace: a refusal is an answer, and every replica gives it.
 */
public final class MvccException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why it was refused. */
    public enum Kind {
        /** The revision asked for is below the compacted one, or is being compacted again. */
        COMPACTED,
        /** The revision asked for has not been reached. */
        FUTURE_REVISION,
        /** {@code ignore_value} or {@code ignore_lease} on a key that does not exist. */
        KEY_NOT_FOUND,
        LEASE_NOT_FOUND,
        LEASE_EXISTS
    }

    private final Kind kind;

    public MvccException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
