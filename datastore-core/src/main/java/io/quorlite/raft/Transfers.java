package io.quorlite.raft;

import io.quorlite.raft.transport.PeerIds;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.sofajraft.Node;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.entity.PeerId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Hands leadership over; done when another member is known to lead. Thread-safe. */
final class Transfers {
    private final Node node;
    private final long selfId;
    private final ScheduledExecutorService timer;
    private final Duration timeout;
    private final AtomicReference<@Nullable CompletableFuture<Void>> pending = new AtomicReference<>();

    Transfers(Node node, long selfId, ScheduledExecutorService timer, Duration electionTimeout) {
        this.node = node;
        this.selfId = selfId;
        this.timer = timer;
        this.timeout = electionTimeout.multipliedBy(2); // the engine gives up after one
    }

    CompletableFuture<Void> transfer(long memberId) {
        if (memberId == selfId) {
            return node.isLeader() ? CompletableFuture.completedFuture(null) : failed("only the leader can hand over");
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        if (!pending.compareAndSet(null, result)) {
            return failed("a transfer is under way");
        }
        result.whenComplete((done, error) -> pending.compareAndSet(result, null));
        Status status = node.transferLeadershipTo(memberId == 0 ? PeerId.ANY_PEER : PeerIds.of(memberId));
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

    private static CompletableFuture<Void> failed(String message) {
        return CompletableFuture.failedFuture(new ReplicationException(Kind.NOT_LEADER, message));
    }
}
