package io.quorlite.replication;

/** A refusal by the replicated log, or an outcome it cannot know. Carries no stack trace. */
public final class ReplicationException extends Exception {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Kind {
        /** No leader is known, or it cannot be reached. */
        NO_LEADER,
        /** The member asked does not lead, or leads in another term than expected. */
        NOT_LEADER,
        /** The leader changed while the call was under way. */
        LEADER_CHANGED,
        /** A bounded queue is full. */
        OVERLOADED,
        /** No answer in time. */
        TIMEOUT,
        /** The entry is larger than {@link Replication#entryBytesMax()}. */
        TOO_LARGE,
        /** A change of members that the group refuses as it stands. */
        MEMBERSHIP,
        /** This member is stopping or was stopped by an error. */
        STOPPED
    }

    private final Kind kind;

    public ReplicationException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
