package io.quorlite.raft.transport;

/** Hears of connections coming and going. Called one at a time from one thread that may be blocked for a while. */
public interface PeerListener {
    /** Our connection to the member stands. */
    default void connected(long memberId) {}

    /** Our connection to the member was lost. */
    default void disconnected(long memberId) {}

    /** The member has connected to us. */
    default void arrived(long memberId) {}

    /** The member's connection to us, the only one, was lost. */
    default void departed(long memberId) {}

    /** The member refused our connection: it knows that we were removed. Told at each attempt. */
    default void removed(long byMemberId) {}
}
