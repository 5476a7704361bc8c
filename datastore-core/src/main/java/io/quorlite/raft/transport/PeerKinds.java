package io.quorlite.raft.transport;

/** The kinds of requests members send each other. Numbers are part of the protocol: they never change their meaning. */
public final class PeerKinds {
    /** Pings and pongs of the transport itself. */
    static final int CONTROL = 0;

    /** First of the engine's own requests; see {@link EngineMessage}. */
    public static final int ENGINE_FIRST = 1;

    /** Last of the engine's own requests. */
    public static final int ENGINE_LAST = 31;

    /** An entry for the leader to propose. */
    public static final int PROPOSE = 32;

    /** A question for a read index. */
    public static final int BARRIER = 33;

    /** A question for the leader's state machine. */
    public static final int ASK_LEADER = 34;

    /** First of the requests that move snapshots. */
    public static final int SNAPSHOT_FIRST = 35;

    /** Where the sender is reached, said to whom it connects to. */
    public static final int WHEREABOUTS = 64;

    /** Kinds are below this. */
    public static final int LIMIT = 256;

    private PeerKinds() {}
}
