package io.quorlite.replication;

/** Hears of a proposal that did not go well. */
public interface ProposalListener {
    /**
     * The proposal entered the log of {@code term}, or was sent to its leader. If an entry of a later term is applied before
     * it, it never will be.
     */
    void sent(long term);

    /** The proposal never entered a log: it can be made again. */
    void refused(ReplicationException reason);

    /** The proposal may or may not be committed, now or later: the leader stepped down or went away. */
    void unknown(ReplicationException reason);
}
