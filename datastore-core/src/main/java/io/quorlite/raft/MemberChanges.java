package io.quorlite.raft;

import io.quorlite.raft.transport.MemberIds;
import io.quorlite.raft.transport.PeerIds;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.sofajraft.core.NodeImpl;
import io.quorlite.sofajraft.entity.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the group by one member at a time, on the leader, in {@link ChangeSteps} on a thread of their own. What may lead to
 * a group without a majority is refused.
 *
 * <p>Where a change takes more than one step, the log says first what it is about, so that the next leader can finish it: see
 * {@link Standing} and {@link #mend}.
 */
final class MemberChanges {
    private static final Logger LOG = LoggerFactory.getLogger(MemberChanges.class);
    private static final long REACH_MILLIS_MAX = 2_000;
    private static final long CATCH_UP_MILLIS_MAX = 5_000;
    private static final long MEND_MILLIS = 1_000;
    private static final long SEEN_MILLIS_MAX = 2_000;

    private final NodeImpl node;
    private final Leadership leadership;
    private final Membership membership;
    private final Progress progress;
    private final ChangeSteps steps;
    private final ScheduledExecutorService worker;
    private final AtomicBoolean busy = new AtomicBoolean();

    MemberChanges(
            NodeImpl node,
            Leadership leadership,
            Membership membership,
            Progress progress,
            ScheduledExecutorService worker) {
        this.node = node;
        this.leadership = leadership;
        this.membership = membership;
        this.progress = progress;
        this.steps = new ChangeSteps(node, leadership);
        this.worker = worker;
    }

    void start() {
        worker.scheduleWithFixedDelay(this::mend, MEND_MILLIS, MEND_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Whether two majorities may be needed at the moment. */
    boolean underWay() {
        return busy.get() || steps.unanswered() || membership.joint();
    }

    CompletableFuture<Void> change(MemberChange change) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        if (!leadership.view().ready()) {
            result.completeExceptionally(
                    new ReplicationException(Kind.NOT_LEADER, "members are changed by the leader"));
            return result;
        }
        if (!busy.compareAndSet(false, true)) {
            result.completeExceptionally(new ReplicationException(Kind.OVERLOADED, "another change is under way"));
            return result;
        }
        worker.execute(() -> {
            try {
                run(change);
                // The engine is a little ahead of what is applied: whoever looks after this sees the change.
                steps.await(SEEN_MILLIS_MAX, () -> membership.current().equals(node.getCurrentConf()));
                over();
                result.complete(null);
            } catch (ReplicationException | RuntimeException e) {
                over();
                result.completeExceptionally(asRefusal(e));
            } catch (InterruptedException e) {
                over();
                result.completeExceptionally(new ReplicationException(Kind.STOPPED, "stopping"));
                Thread.currentThread().interrupt();
            }
        });
        return result;
    }

    private void over() {
        membership.expect(0);
        busy.set(false);
    }

    /** The engine says in this way that it does not lead any more. */
    private static Exception asRefusal(Exception e) {
        return e instanceof IllegalStateException
                ? new ReplicationException(Kind.LEADER_CHANGED, String.valueOf(e.getMessage()))
                : e;
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

    /** Finishes what an earlier leader began: puts back who was out for a change of vote, forgets who was out for good. */
    private void mend() {
        List<Long> joined = membership.strayed(Standing.JOINED);
        List<Long> leaving = membership.strayed(Standing.LEAVING);
        boolean nothing = joined.isEmpty() && leaving.isEmpty();
        if (nothing || !leadership.view().ready() || membership.joint() || !busy.compareAndSet(false, true)) {
            return;
        }
        try {
            for (long id : joined) {
                LOG.info("{} was taken out of the group to change its vote, and is put back", MemberIds.text(id));
                membership.expect(id);
                putBack(id, PeerIds.of(id));
            }
            for (long id : leaving) {
                stand(id, Standing.REMOVED);
            }
        } catch (ReplicationException | RuntimeException e) {
            LOG.info("an unfinished change of members stays so for now: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over();
        }
    }

    /**
     * Only whom this member reaches is added. Its name and address are spread before anyone else has to connect to it; done when
     * it has answered.
     */
    private void addLearner(Member member) throws ReplicationException, InterruptedException {
        long id = member.id();
        PeerId peer = PeerIds.of(id);
        requireNew(member);
        if (!node.listLearners().contains(peer)) {
            requireReachable(member);
            steps.append("announce " + member.name(), membership.registry().entryWith(member));
        }
        steps.run(
                "add learner " + member.name(),
                done -> node.addLearners(List.of(peer), done),
                () -> node.listLearners().contains(peer) && progress.alive(id));
    }

    private void requireReachable(Member member) throws ReplicationException, InterruptedException {
        membership.registry().expected(member);
        membership.expect(member.id());
        if (!steps.await(REACH_MILLIS_MAX, () -> membership.reaches(member.id()))) {
            throw refused(member.name() + " cannot be reached at " + member.peerAddress());
        }
    }

    private void requireNew(Member member) throws ReplicationException {
        if (membership.registry().standing(member.id()).compareTo(Standing.LEAVING) >= 0) {
            throw refused("member " + MemberIds.text(member.id()) + " was removed, and an id never comes back");
        }
        for (Member each : membership.members()) {
            boolean same = each.id() == member.id();
            if (same && (!each.learner() || !each.name().equals(member.name()))) {
                throw refused("member " + MemberIds.text(member.id()) + " is in the group already");
            }
            if (!same && each.name().equals(member.name())) {
                throw refused("there is a member with the name " + member.name() + " already");
            }
            if (!same && each.peerAddress().equals(member.peerAddress())) {
                throw refused("member " + each.name() + " has the address " + member.peerAddress());
            }
        }
    }

    /** The engine cannot turn a learner into a voter in place: it is removed and added. Found removed, it is only added. */
    private void promote(long memberId) throws ReplicationException, InterruptedException {
        PeerId peer = PeerIds.of(memberId);
        if (node.listPeers().contains(peer)) {
            return;
        }
        requireStaying(memberId);
        List<PeerId> voters = new ArrayList<>(node.listPeers());
        voters.add(peer);
        membership.expect(memberId);
        if (node.listLearners().contains(peer)) {
            awaitCaughtUp(memberId);
            requireMajority("with " + name(memberId), voters);
            stand(memberId, Standing.JOINED);
            steps.run(
                    "take learner " + name(memberId) + " out",
                    done -> node.removeLearners(List.of(peer), done),
                    () -> !node.listLearners().contains(peer));
        }
        try {
            steps.run(
                    "add voter " + name(memberId),
                    done -> node.addPeer(peer, done),
                    () -> node.listPeers().contains(peer));
        } catch (ReplicationException e) {
            if (e.kind() == Kind.MEMBERSHIP) {
                putBack(memberId, peer); // it did not catch up; else who leads next does it
            }
            throw e;
        }
    }

    /**
     * A learner is given a vote only if its log is as long as ours was at this moment: it then holds the configuration that made
     * it a learner, without which it gives no vote, and the group does not wait for it.
     */
    private void awaitCaughtUp(long memberId) throws ReplicationException, InterruptedException {
        long wanted = node.getLastCommittedIndex();
        boolean caughtUp = steps.await(
                CATCH_UP_MILLIS_MAX, () -> progress.alive(memberId) && progress.matchIndex(memberId) >= wanted);
        if (!caughtUp) {
            throw refused(
                    progress.alive(memberId)
                            ? name(memberId) + " has not caught up: it has " + progress.matchIndex(memberId)
                                    + " entries of " + wanted
                            : name(memberId) + " does not answer");
        }
    }

    private void demote(long memberId) throws ReplicationException, InterruptedException {
        PeerId peer = PeerIds.of(memberId);
        if (node.listLearners().contains(peer)) {
            return;
        }
        requireStaying(memberId);
        membership.expect(memberId);
        if (node.listPeers().contains(peer)) {
            requireRemovable(memberId, peer);
            stand(memberId, Standing.JOINED);
            removeVoter(memberId, peer);
        }
        putBack(memberId, peer);
    }

    private void putBack(long memberId, PeerId peer) throws ReplicationException, InterruptedException {
        steps.run(
                "add learner " + name(memberId),
                done -> node.addLearners(List.of(peer), done),
                () -> node.listLearners().contains(peer));
    }

    private void remove(long memberId) throws ReplicationException, InterruptedException {
        PeerId peer = PeerIds.of(memberId);
        if (node.listPeers().contains(peer)) {
            requireRemovable(memberId, peer);
            stand(memberId, Standing.LEAVING);
            removeVoter(memberId, peer);
        } else if (node.listLearners().contains(peer)) {
            stand(memberId, Standing.LEAVING);
            steps.run(
                    "remove learner " + name(memberId),
                    done -> node.removeLearners(List.of(peer), done),
                    () -> !node.listLearners().contains(peer));
        } else if (membership.registry().find(memberId) == null) {
            throw refused("no member " + MemberIds.text(memberId));
        }
        stand(memberId, Standing.REMOVED); // from now on its connections are refused, and it is told why
    }

    private void requireRemovable(long memberId, PeerId peer) throws ReplicationException {
        if (memberId == leadership.view().leaderId()) {
            throw refused("member " + name(memberId) + " leads: hand leadership over first");
        }
        List<PeerId> rest = new ArrayList<>(node.listPeers());
        rest.remove(peer);
        if (rest.isEmpty()) {
            throw refused("member " + name(memberId) + " is the only voter");
        }
        requireMajority("without " + name(memberId), rest);
    }

    /** A change is committed by a majority of the voters it leads to as well; without one the group would be stuck in it. */
    private void requireMajority(String what, List<PeerId> voters) throws ReplicationException {
        if (!progress.majorityAlive(voters)) {
            List<String> silent = voters.stream()
                    .map(PeerIds::memberId)
                    .filter(id -> !progress.alive(id))
                    .map(this::name)
                    .toList();
            throw refused(what + " too few of " + voters.size() + " voters would answer; silent: " + silent);
        }
    }

    private void removeVoter(long memberId, PeerId peer) throws ReplicationException, InterruptedException {
        steps.run(
                "remove voter " + name(memberId),
                done -> node.removePeer(peer, done),
                () -> !node.listPeers().contains(peer));
    }

    private void requireStaying(long memberId) throws ReplicationException {
        if (membership.registry().find(memberId) == null) {
            throw refused("no member " + MemberIds.text(memberId));
        }
        if (membership.registry().standing(memberId).compareTo(Standing.LEAVING) >= 0) {
            throw refused("the removal of member " + name(memberId) + " has begun");
        }
    }

    private void stand(long memberId, Standing standing) throws ReplicationException, InterruptedException {
        if (membership.registry().standing(memberId).compareTo(standing) < 0) {
            steps.append(
                    name(memberId) + " is " + standing, membership.registry().entryOf(memberId, standing));
        }
    }

    private String name(long memberId) {
        return membership.registry().member(memberId, false).name();
    }

    private static ReplicationException refused(String message) {
        return new ReplicationException(Kind.MEMBERSHIP, message);
    }
}
