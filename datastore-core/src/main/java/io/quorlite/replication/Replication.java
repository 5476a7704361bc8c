package io.quorlite.replication;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A replicated log: entries proposed on any member come out of it, in one order, on every member. The port between the
 * engine and everything above it; it has the SOFAJRaft adapter and a deterministic in-memory log as implementations.
 *
 * <p>All methods are thread-safe and none but {@link #start} and {@link #close} blocks.
 */
public interface Replication extends AutoCloseable {
    /**
     * Starts replication. Committed entries above {@link Replica#appliedIndex()} go to {@code replica} from one apply thread.
     *
     * @throws IOException if log or votes cannot be opened; a damaged log is a {@link CorruptLogException}
     */
    void start(Replica replica) throws IOException;

    /**
     * Proposes an entry, through the leader where this member is another. What was decided on it shows in the committed
     * stream of this member; {@code listener} hears only of what did not go well, once at most, and never blocks.
     *
     * @param entry the entry, at most {@link #entryBytesMax()} long; ownership passes to this method
     */
    void propose(byte[] entry, ProposalListener listener);

    /**
     * A barrier for linearizable reads: completes with an index such that a state with this index applied contains every
     * write acknowledged before this call. It was confirmed by a majority of voters after the call, or the future completes
     * with a {@link ReplicationException}; it takes no log entry and reads no clock. The caller waits until that index is
     * applied here. Completions run on an engine thread and must not block.
     */
    CompletableFuture<Long> readBarrier();

    /**
     * Asks the leader's {@link Replica#answer}, which is this member's own where it leads. For questions only: nothing asked
     * this way is replicated, and it is never asked twice.
     */
    CompletableFuture<byte[]> askLeader(byte[] question);

    /** What this member knows of the group now. */
    ReplicationStatus status();

    /** Members of the committed configuration as this member knows it. */
    List<Member> members();

    /** How far each member has come; empty where this member does not lead. */
    List<MemberProgress> progress();

    /**
     * Spreads this member's name and addresses, as it was configured, to all members, unless they know. To be called again
     * until it says so, because the call itself is not repeated.
     *
     * @return whether all members have been told
     */
    boolean announce();

    /**
     * Saves a snapshot record and lets the log drop entries that the database has durably applied and no near follower
     * needs. It happens by itself as the log grows; this call is for operators and tests.
     *
     * @return completes when the log has been cut
     */
    CompletableFuture<Void> compactLog();

    /** Hands leadership to {@code memberId}, or to the most up-to-date voter for 0. Completes when it was handed over. */
    CompletableFuture<Void> transferLeadership(long memberId);

    /** Changes the group by one member. One change at a time; completes when the change is committed. */
    CompletableFuture<Void> changeMember(MemberChange change);

    /** Makes this member the only one of a new group, after the majority was lost for good. */
    void forceNewGroup() throws IOException;

    int entryBytesMax();

    /** Stops: hands leadership over if that goes quickly, then closes the log. Idempotent. */
    @Override
    void close();
}
