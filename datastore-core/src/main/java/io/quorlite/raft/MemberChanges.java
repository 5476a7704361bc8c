package io.quorlite.raft;

import io.quorlite.raft.transport.PeerIds;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.sofajraft.Closure;
import io.quorlite.sofajraft.Node;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.entity.Task;
import io.quorlite.sofajraft.error.RaftError;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Changes the group by one member at a time, on the leader, each step under a time-out with a look at what really happened:
 * the engine sometimes gives no answer, and says yes for a learner nobody can reach.
 *
 * <p>Steps run on a thread of their own. While one waits, empty entries are proposed: the engine can lose the notice that a
 * newcomer has caught up, and any write brings it back.
 */
final class MemberChanges {
    private static final long STEP_MILLIS_MAX = 15_000;
    private static final long NUDGE_MILLIS = 250;

    /** One step of the engine. */
    private interface Step {
        void start(Closure done);
    }

    /** Whether the step has had its effect. */
    private interface Look {
        boolean done();
    }

    private final Node node;
    private final Leadership leadership;
    private final Membership membership;
    private final ExecutorService worker;
    private final AtomicBoolean busy = new AtomicBoolean();
    /** Steps the engine has not answered: as long as there is one, a joint configuration may come or be there. */
    private final AtomicInteger unanswered = new AtomicInteger();

    MemberChanges(Node node, Leadership leadership, Membership membership, ExecutorService worker) {
        this.node = node;
        this.leadership = leadership;
        this.membership = membership;
        this.worker = worker;
    }

    /** Whether two majorities may be needed at the moment. */
    boolean underWay() {
        return busy.get() || unanswered.get() > 0 || membership.joint();
    }

    CompletableFuture<Void> change(MemberChange change) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        if (!leadership.view().ready()) {
            result.completeExceptionally(
                    new ReplicationException(Kind.NOT_LEADER, "members are changed by the leader"));
            return result;
        }
        if (!busy.compareAndSet(false, true)) {
            result.completeExceptionally(refused("another change is under way"));
            return result;
        }
        worker.execute(() -> {
            try {
                run(change);
                propose(new byte[0]);
                busy.set(false);
                result.complete(null);
            } catch (ReplicationException | RuntimeException e) {
                busy.set(false);
                result.completeExceptionally(e);
            } catch (InterruptedException e) {
                busy.set(false);
                result.completeExceptionally(new ReplicationException(Kind.STOPPED, "stopping"));
                Thread.currentThread().interrupt();
            }
        });
        return result;
    }

    private void run(MemberChange change) throws ReplicationException, InterruptedException {
        if (change instanceof MemberChange.AddLearner add) {
            addLearner(add.member());
        } else if (change instanceof MemberChange.Promote promote) {
            promote(promote.memberId());
        } else if (change instanceof MemberChange.Demote demote) {
            demote(demote.memberId());
        } else if (change instanceof MemberChange.Remove remove) {
            remove(remove.memberId());
        } else {
            throw new AssertionError(change);
        }
    }

    private void addLearner(Member member) throws ReplicationException, InterruptedException {
        PeerId peer = PeerIds.of(member.id());
        if (node.listPeers().contains(peer) || node.listLearners().contains(peer)) {
            throw refused("member " + member.id() + " is in the group already");
        }
        announce(member);
        step(
                "add learner " + member.name(),
                done -> node.addLearners(List.of(peer), done),
                () -> node.listLearners().contains(peer)
                        && node.listAliveLearners().contains(peer));
    }

    /** The engine cannot turn a learner into a voter in place: it is removed and added. Found removed, it is only added. */
    private void promote(long memberId) throws ReplicationException, InterruptedException {
        PeerId peer = PeerIds.of(memberId);
        if (node.listPeers().contains(peer)) {
            return;
        }
        if (membership.registry().find(memberId) == null) {
            throw refused("no member " + memberId);
        }
        if (node.listLearners().contains(peer)) {
            step(
                    "take learner " + memberId + " out",
                    done -> node.removeLearners(List.of(peer), done),
                    () -> !node.listLearners().contains(peer));
        }
        step(
                "add voter " + memberId,
                done -> node.addPeer(peer, done),
                () -> node.listPeers().contains(peer));
    }

    private void demote(long memberId) throws ReplicationException, InterruptedException {
        PeerId peer = PeerIds.of(memberId);
        if (node.listLearners().contains(peer)) {
            return;
        }
        if (node.listPeers().contains(peer)) {
            removeVoter(memberId, peer);
        } else if (membership.registry().find(memberId) == null) {
            throw refused("no member " + memberId);
        }
        step(
                "add learner " + memberId,
                done -> node.addLearners(List.of(peer), done),
                () -> node.listLearners().contains(peer));
    }

    private void remove(long memberId) throws ReplicationException, InterruptedException {
        PeerId peer = PeerIds.of(memberId);
        if (node.listPeers().contains(peer)) {
            removeVoter(memberId, peer);
        } else if (node.listLearners().contains(peer)) {
            step(
                    "remove learner " + memberId,
                    done -> node.removeLearners(List.of(peer), done),
                    () -> !node.listLearners().contains(peer));
        } else {
            throw refused("no member " + memberId);
        }
    }

    private void removeVoter(long memberId, PeerId peer) throws ReplicationException, InterruptedException {
        if (memberId == leadership.view().leaderId()) {
            throw refused("member " + memberId + " leads: hand leadership over first");
        }
        if (node.listPeers().size() == 1) {
            throw refused("member " + memberId + " is the only voter");
        }
        step(
                "remove voter " + memberId,
                done -> node.removePeer(peer, done),
                () -> !node.listPeers().contains(peer));
    }

    /** Spreads name and address, before anyone has to connect to the newcomer. */
    private void announce(Member member) throws ReplicationException, InterruptedException {
        await("announce " + member.name(), propose(membership.registry().entryWith(member)));
    }

    private void step(String what, Step step, Look look) throws ReplicationException, InterruptedException {
        CompletableFuture<Status> answer = new CompletableFuture<>();
        unanswered.incrementAndGet();
        answer.whenComplete((status, error) -> unanswered.decrementAndGet());
        try {
            step.start(answer::complete);
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS_MAX);
            while (!answer.isDone() || answer.join().isOk()) {
                if (answer.isDone() && look.done()) {
                    return;
                }
                if (System.nanoTime() > deadline) {
                    throw new ReplicationException(Kind.TIMEOUT, what + ": not seen to be done; look again later");
                }
                propose(new byte[0]);
                pause(answer);
            }
        } catch (IllegalStateException | IllegalArgumentException e) {
            answer.completeExceptionally(e);
            throw new ReplicationException(Kind.LEADER_CHANGED, what + ": " + e.getMessage());
        }
        throw failure(what, answer.join());
    }

    private static void pause(CompletableFuture<Status> answer) throws InterruptedException {
        if (answer.isDone()) {
            TimeUnit.MILLISECONDS.sleep(NUDGE_MILLIS);
            return;
        }
        try {
            answer.get(NUDGE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // look again
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ReplicationException failure(String what, Status status) {
        Kind kind = status.getRaftError() == RaftError.EPERM ? Kind.LEADER_CHANGED : Kind.MEMBERSHIP;
        return new ReplicationException(kind, what + ": " + status.getErrorMsg());
    }

    private CompletableFuture<Status> propose(byte[] entry) {
        CompletableFuture<Status> applied = new CompletableFuture<>();
        node.apply(new Task(
                ByteBuffer.wrap(entry), applied::complete, leadership.view().term()));
        return applied;
    }

    private static void await(String what, CompletableFuture<Status> applied)
            throws ReplicationException, InterruptedException {
        try {
            Status status = applied.get(STEP_MILLIS_MAX, TimeUnit.MILLISECONDS);
            if (!status.isOk()) {
                throw failure(what, status);
            }
        } catch (TimeoutException e) {
            throw new ReplicationException(Kind.TIMEOUT, what);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ReplicationException refused(String message) {
        return new ReplicationException(Kind.MEMBERSHIP, message);
    }
}
