package io.quorlite.raft.transport;

/** Answers one request, once; what is said after the first answer is dropped. Any thread. Never blocks. */
public interface PeerReply {
    /** Answers; nothing is sent where the request was one-way or its connection is gone. */
    void send(byte[] payload);

    /** Says that the request failed; its caller sees an unknown outcome with this message. */
    void fail(String message);
}
