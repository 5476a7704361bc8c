package io.quorlite.replication;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What the replicated log drives: the state of this member. Except where it says otherwise the log calls it from one apply
 * thread, and anything thrown stops the node: a replica that is down is safe, one that is wrong is not.
 */
public interface Replica {
    /** The index of the last entry applied; 0 where there is none. Any thread. */
    long appliedIndex();

    /** The term of that entry. Any thread. */
    long appliedTerm();

    /**
     * Applies committed entries in order. Entries at or below {@link #appliedIndex()} may come again after a restart or an
     * installed snapshot and must be skipped.
     */
    void apply(List<CommittedEntry> entries);

    /** This member now leads in {@code term}, and everything of earlier terms is applied. */
    void leadershipGained(long term);

    /** This member leads no more. */
    void leadershipLost();

    /** The leader as known here changed; 0 for none. Any thread; must not block. */
    void leaderChanged(long leaderId, long term);

    /** The committed members changed. */
    void membersChanged(List<Member> members);

    /**
     * Makes the state durable. On return every entry applied when it was called survives the loss of power.
     * Called from a background thread while {@link #apply} goes on.
     *
     * @return the index up to which the database is durable
     */
    long persist() throws IOException;

    /**
     * Writes a consistent copy of the database for another member to {@code target}, a file that does not exist. Called from
     * a background thread while {@link #apply} goes on.
     */
    DatabaseCopy copyTo(Path target) throws IOException;

    /**
     * Replaces the database by {@code copy}, which was received whole, with its checksum verified, and synced. On return it
     * is in place durably. Its applied index may be above the snapshot's.
     */
    void install(Path copy) throws IOException;

    /** Answers a question that a member put to this one as the leader. Any thread; must not block. */
    CompletableFuture<byte[]> answer(byte[] question);

    /** Something happened after which this member must not go on: stop serving and halt. Any thread. */
    void fatal(Throwable cause);
}
