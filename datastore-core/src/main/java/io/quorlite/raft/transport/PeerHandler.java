package io.quorlite.raft.transport;

/** Handles requests of one kind. Requests of one connection come in the order in which they were sent. */
@FunctionalInterface
public interface PeerHandler {
    /**
     * Handles a request. Runs on the event loop, where it must not block, unless the handler was registered with an executor.
     *
     * @param payload owned by the handler
     */
    void handle(long fromMemberId, byte[] payload, PeerReply reply);
}
