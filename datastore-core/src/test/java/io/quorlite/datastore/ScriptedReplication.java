package io.quorlite.datastore;

import io.quorlite.command.CommandCodec;
import io.quorlite.command.Proposal;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.Replica;
import io.quorlite.replication.Replication;
import io.quorlite.replication.ReplicationStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A log that commits nothing by itself: the test answers each proposal and barrier as it wants. Not thread-safe. */
final class ScriptedReplication implements Replication {
    record Sent(byte[] entry, ProposalListener listener) {
        List<Proposal> proposals() {
            return CommandCodec.decode(entry);
        }
    }

    final List<Sent> sent = new ArrayList<>();
    final List<CompletableFuture<Long>> barriers = new ArrayList<>();

    /** The oldest entry that was not taken yet. */
    Sent take() {
        return sent.remove(0);
    }

    CompletableFuture<Long> takeBarrier() {
        return barriers.remove(0);
    }

    @Nullable Replica replica;

    @Override
    public void start(Replica replica) {
        this.replica = replica;
    }

    @Override
    public void propose(byte[] entry, ProposalListener listener) {
        sent.add(new Sent(entry, listener));
    }

    @Override
    public CompletableFuture<Long> readBarrier() {
        CompletableFuture<Long> barrier = new CompletableFuture<>();
        barriers.add(barrier);
        return barrier;
    }

    @Override
    public CompletableFuture<byte[]> askLeader(byte[] question) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ReplicationStatus status() {
        return new ReplicationStatus(1, ReplicationStatus.Role.LEADER, 1, 1, 0, 0);
    }

    @Override
    public List<Member> members() {
        return List.of();
    }

    @Override
    public CompletableFuture<Void> compactLog() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> transferLeadership(long memberId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> changeMember(MemberChange change) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void forceNewGroup() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int entryBytesMax() {
        return 2 << 20;
    }

    volatile boolean closed;

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public List<MemberProgress> progress() {
        return List.of();
    }

    @Override
    public boolean announce() {
        return true;
    }
}
