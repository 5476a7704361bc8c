package io.quorlite.datastore;

import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.Replica;
import io.quorlite.replication.Replication;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.replication.ReplicationStatus;
import io.quorlite.replication.memory.MemoryReplication;
import io.quorlite.simulation.Simulation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The log as a member of a simulated cluster has it: the one in memory, behind a network that delays, loses and cuts, and with
 * what this member believes of the leader, which may be out of date. Keeps the contract of {@link Replication} all the time: a
 * proposal enters the log in the term it was made for, once or never, and is said to be refused only where it never does.
 */
class SimulatedReplication implements Replication {
    private static final long RETRY_NANOS = 50 * Simulation.MILLI;
    private static final double ANSWER_LOST = 0.02;
    private static final double REQUEST_LOST = 0.02;

    private static final ProposalListener UNHEARD = new ProposalListener() {
        @Override
        public void sent(long term) {}

        @Override
        public void refused(ReplicationException reason) {
            throw new AssertionError("refused after all was checked", reason);
        }

        @Override
        public void unknown(ReplicationException reason) {}
    };

    private final SimulatedMember member;
    private final SimulatedCluster cluster;
    private final Simulation simulation;
    private final MemoryReplication inner;
    private long knownLeader;
    private long knownTerm;
    private boolean closed;

    SimulatedReplication(SimulatedMember member, SimulatedCluster cluster, MemoryReplication inner) {
        this.member = member;
        this.cluster = cluster;
        this.simulation = cluster.simulation();
        this.inner = inner;
    }

    void knows(long leaderId, long term) {
        knownLeader = leaderId;
        knownTerm = term;
    }

    private boolean leads(long term) {
        return !closed && knownLeader == member.id() && knownTerm == term;
    }

    @Override
    public void start(Replica replica) {
        inner.start(member.wrapped(replica));
    }

    @Override
    public void propose(byte[] entry, ProposalListener listener) {
        long term = knownTerm;
        long leader = knownLeader;
        if (closed) {
            listener.refused(stopped());
            return;
        }
        if (leader == 0) {
            listener.refused(new ReplicationException(Kind.NO_LEADER, "no leader is known"));
            return;
        }
        if (leader != member.id() && !cluster.connected(member.id(), leader) && simulation.chance(0.5)) {
            listener.refused(new ReplicationException(Kind.NO_LEADER, "not connected")); // it was never sent
            return;
        }
        listener.sent(term);
        boolean local = leader == member.id();
        simulation.after(local ? fsync() : latency(), () -> arrive(entry, listener, term, leader));
    }

    private void arrive(byte[] entry, ProposalListener listener, long term, long leader) {
        boolean local = leader == member.id();
        if (!local && (!cluster.connected(member.id(), leader) || simulation.chance(REQUEST_LOST))) {
            lost(listener);
            return;
        }
        SimulatedMember leading = cluster.runningMember(leader);
        if (leading == null || !leading.replication().leads(term)) {
            answer(local, listener, () -> listener.refused(notLeader(term)));
            return;
        }
        replicate(entry, listener, term, leading, local);
    }

    /** The leader believes that it leads. Whether it does shows when a majority has the entry. */
    private void replicate(byte[] entry, ProposalListener listener, long term, SimulatedMember leading, boolean local) {
        simulation.after(fsync(), () -> {
            if (!cluster.leadsTruly(leading.id(), term)) {
                answer(local, listener, () -> listener.unknown(leaderChanged()));
            } else if (!cluster.hasMajority(leading.id())) {
                simulation.after(RETRY_NANOS, () -> replicate(entry, listener, term, leading, local));
            } else {
                leading.replication().inner.propose(entry, UNHEARD);
                cluster.committed().appended(cluster.group().lastIndex(), simulation.nowNanos());
                if (!local && simulation.chance(ANSWER_LOST)) {
                    lost(listener);
                }
            }
        });
    }

    private void answer(boolean local, ProposalListener listener, Runnable answer) {
        if (local) {
            answer.run();
        } else if (simulation.chance(ANSWER_LOST)) {
            lost(listener);
        } else {
            simulation.after(latency(), answer);
        }
    }

    /** A request or its answer is lost; the one who asked finds out by the end of the connection, or by the time. */
    private void lost(ProposalListener listener) {
        long nanos = simulation.chance(0.5) ? latency() : simulation.between(Simulation.MILLI, 5 * Simulation.SECOND);
        simulation.after(nanos, () -> tellLost(listener, new ReplicationException(Kind.TIMEOUT, "no answer")));
    }

    void tellLost(ProposalListener listener, ReplicationException reason) {
        listener.unknown(reason);
    }

    @Override
    public CompletableFuture<Long> readBarrier() {
        return asked((leading, term) -> {
            long index = cluster.leadsTruly(leading.id(), term)
                    ? cluster.group().lastIndex()
                    : leading.replica().appliedIndex();
            CompletableFuture<Long> confirmed = new CompletableFuture<>();
            simulation.after(latency() + latency(), () -> {
                if (!cluster.leadsTruly(leading.id(), term) || !cluster.hasMajority(leading.id())) {
                    confirmed.completeExceptionally(leaderChanged());
                } else {
                    confirmed.complete(index);
                }
            });
            return confirmed;
        });
    }

    @Override
    public CompletableFuture<byte[]> askLeader(byte[] question) {
        return asked((leading, term) -> leading.replica().answer(question));
    }

    /** Something that a member does as the leader of a term, for itself or for another. */
    private interface Question<T> {
        CompletableFuture<T> answer(SimulatedMember leading, long term);
    }

    private <T> CompletableFuture<T> asked(Question<T> question) {
        if (closed) {
            return CompletableFuture.failedFuture(stopped());
        }
        if (knownLeader == 0) {
            return CompletableFuture.failedFuture(new ReplicationException(Kind.NO_LEADER, "no leader is known"));
        }
        long term = knownTerm;
        long leader = knownLeader;
        boolean local = leader == member.id();
        CompletableFuture<T> result = new CompletableFuture<>();
        simulation.after(local ? 0 : latency(), () -> ask(question, leader, term, result));
        return result;
    }

    private <T> void ask(Question<T> question, long leader, long term, CompletableFuture<T> result) {
        SimulatedMember leading = cluster.runningMember(leader);
        if (leading == null || leader != member.id() && !cluster.connected(member.id(), leader)) {
            simulation.after(
                    simulation.between(Simulation.MILLI, Simulation.SECOND),
                    () -> result.completeExceptionally(new ReplicationException(Kind.TIMEOUT, "no answer")));
            return;
        }
        if (leading.isPaused()) {
            simulation.after(RETRY_NANOS, () -> ask(question, leader, term, result));
            return;
        }
        CompletableFuture<T> answer = leading.replication().leads(term)
                ? question.answer(leading, term)
                : CompletableFuture.failedFuture(notLeader(term));
        answer.whenComplete((value, failure) -> simulation.after(leader == member.id() ? 0 : latency(), () -> {
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
        }));
    }

    @Override
    public ReplicationStatus status() {
        ReplicationStatus.Role role = closed
                ? ReplicationStatus.Role.STOPPED
                : knownLeader == member.id() ? ReplicationStatus.Role.LEADER : ReplicationStatus.Role.FOLLOWER;
        long last = cluster.group().lastIndex();
        return new ReplicationStatus(member.id(), role, knownTerm, knownLeader, last, last);
    }

    @Override
    public List<Member> members() {
        return inner.members();
    }

    @Override
    public List<MemberProgress> progress() {
        return closed || knownLeader != member.id() ? List.of() : cluster.progress(member.id());
    }

    @Override
    public boolean announce() {
        return true;
    }

    @Override
    public CompletableFuture<Void> compactLog() {
        return inner.compactLog();
    }

    @Override
    public CompletableFuture<Void> transferLeadership(long memberId) {
        return later(() -> {
            long target = memberId == 0 ? cluster.electable(member.id()) : memberId;
            if (target == 0 || !cluster.connected(member.id(), target) || !cluster.hasMajority(target)) {
                return CompletableFuture.failedFuture(new ReplicationException(Kind.TIMEOUT, "nobody took it"));
            }
            cluster.elected(target);
            return inner.transferLeadership(target);
        });
    }

    @Override
    public CompletableFuture<Void> changeMember(MemberChange change) {
        return later(() -> {
            simulation.trace(() -> member.name() + " changes members: " + change);
            return inner.changeMember(change);
        });
    }

    private CompletableFuture<Void> later(Supplier<CompletableFuture<Void>> action) {
        long term = knownTerm;
        CompletableFuture<Void> result = new CompletableFuture<>();
        simulation.after(latency() + fsync(), () -> {
            CompletableFuture<Void> done = cluster.leadsTruly(member.id(), term) && cluster.hasMajority(member.id())
                    ? action.get()
                    : CompletableFuture.failedFuture(leaderChanged());
            done.whenComplete((value, failure) -> simulation.after(latency(), () -> {
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failure);
                }
            }));
        });
        return result;
    }

    @Override
    public void forceNewGroup() {
        inner.forceNewGroup();
    }

    @Override
    public int entryBytesMax() {
        return inner.entryBytesMax();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            cluster.leaves(member.id());
            inner.close();
        }
    }

    private long latency() {
        return simulation.chance(0.02)
                ? simulation.between(Simulation.MILLI, 400 * Simulation.MILLI)
                : simulation.between(50_000, 3 * Simulation.MILLI);
    }

    private long fsync() {
        return simulation.between(100_000, 2 * Simulation.MILLI);
    }

    private static ReplicationException stopped() {
        return new ReplicationException(Kind.STOPPED, "not running");
    }

    private static ReplicationException notLeader(long term) {
        return new ReplicationException(Kind.NOT_LEADER, "not the leader of term " + term);
    }

    private static ReplicationException leaderChanged() {
        return new ReplicationException(Kind.LEADER_CHANGED, "the leader changed");
    }
}
