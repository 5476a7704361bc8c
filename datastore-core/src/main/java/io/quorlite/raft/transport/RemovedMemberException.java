package io.quorlite.raft.transport;

/** The peer knows that this member was removed from the group. */
final class RemovedMemberException extends HandshakeException {
    private static final long serialVersionUID = 1;

    RemovedMemberException(String message) {
        super(message);
    }
}
