package io.quorlite.raft;

import io.quorlite.raft.transport.MemberIds;
import io.quorlite.raft.transport.PeerIds;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.sofajraft.Node;
import io.quorlite.sofajraft.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Hands leadership over; done when another member is known to lead. Thread-safe. */
final class Transfers {
    private final Node node;
    private final Membership membership;
    private final Progress progress;
    private final long selfId;
    private final ScheduledExecutorService timer;
    private final Duration timeout;
    private final AtomicReference<@Nullable CompletableFuture<Void>> pending = new AtomicReference<>();

    Transfers(
            Node node,
            Membership membership,
            Progress progress,
            long selfId,
            ScheduledExecutorService timer,
            Duration electionTimeout) {
        this.node = node;
        this.membership = membership;
        this.progress = progress;
        this.selfId = selfId;
        this.timer = timer;
        this.timeout = electionTimeout.multipliedBy(2); // the engine gives up after one
    }

    /** @param memberId 0 for the voter that answers and has come furthest; one that does not answer is refused */
    CompletableFuture<Void> transfer(long memberId) {
        if (!node.isLeader()) {
            return failed("only the leader can hand over");
        }
        long successor = memberId == 0 ? progress.successor(membership.current().listPeers()) : memberId;
        if (successor == 0) {
            return refused("there is no other voter that answers");
        }
        if (!progress.alive(successor)) {
            return refused("member " + MemberIds.text(successor) + " does not answer");
        }
        return start(successor);
    }

    private CompletableFuture<Void> start(long memberId) {
        if (memberId == selfId) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        if (!pending.compareAndSet(null, result)) {
            return failed("a transfer is under way");
        }
        result.whenComplete((done, error) -> pending.compareAndSet(result, null));
        Status status = node.transferLeadershipTo(PeerIds.of(memberId));
        if (!status.isOk()) {
            result.completeExceptionally(new ReplicationException(Kind.NOT_LEADER, status.getErrorMsg()));
            return result;
        }
        timer.schedule(
                () -> result.completeExceptionally(
                        new ReplicationException(Kind.TIMEOUT, "leadership was not taken over")),
                timeout.toMillis(),
                TimeUnit.MILLISECONDS);
        return result;
    }

    void leadershipChanged(Leadership.View view) {
        CompletableFuture<Void> waiting = pending.get();
        if (waiting == null || view.leaderId() == 0) {
            return;
        }
        if (view.leaderId() == selfId) {
            waiting.completeExceptionally(new ReplicationException(Kind.TIMEOUT, "leadership came back"));
        } else {
            waiting.complete(null);
        }
    }

    private static CompletableFuture<Void> refused(String message) {
        return CompletableFuture.failedFuture(new ReplicationException(Kind.MEMBERSHIP, message));
    }

    private static CompletableFuture<Void> failed(String message) {
        return CompletableFuture.failedFuture(new ReplicationException(Kind.NOT_LEADER, message));
    }
}
