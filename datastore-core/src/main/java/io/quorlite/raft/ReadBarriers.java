package io.quorlite.raft;

import io.quorlite.raft.transport.PeerKinds;
import io.quorlite.raft.transport.PeerReply;
import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.sofajraft.Node;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.core.NodeImpl;
import io.quorlite.sofajraft.entity.Task;
import io.quorlite.sofajraft.rpc.RpcRequests.ReadIndexRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.ReadIndexResponse;
import io.quorlite.sofajraft.rpc.RpcResponseClosureAdapter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Read indexes (Raft dissertation, section 6.4) by the engine's safe rounds of heartbeats, one round in flight, shared by all
 * reads that waited when it began. Thread-safe.
 *
 * <p>Guards around the engine's round: none before the leader's first entry of its term is applied here, which also covers
 * the group of one, where the engine asks nobody and checks no term; and while a change of members is under way, where the
 * engine asks the new configuration only, an empty entry through the log instead, which needs both majorities.
 *
 * <p>A follower asks the leader it knows, in the term it knows, and shares rounds in the same way.
 */
final class ReadBarriers {
    private static final int RETRY_MILLIS = 5;

    private final Node node;
    private final Leadership leadership;
    private final @Nullable PeerTransport transport;
    private final BooleanSupplier membersChanging;
    private final ScheduledExecutorService timer;
    private final Duration timeout;
    private final ReadIndexRequest request;
    private final Rounds<Long> leaderRounds = new Rounds<>(this::leaderRound);
    private final Rounds<Long> followerRounds = new Rounds<>(this::followerRound);

    ReadBarriers(
            Node node,
            Leadership leadership,
            @Nullable PeerTransport transport,
            BooleanSupplier membersChanging,
            ScheduledExecutorService timer,
            Duration timeout) {
        this.node = node;
        this.leadership = leadership;
        this.transport = transport;
        this.membersChanging = membersChanging;
        this.timer = timer;
        this.timeout = timeout;
        String self = node.getNodeId().getPeerId().toString();
        this.request = ReadIndexRequest.newBuilder()
                .setGroupId(node.getGroupId())
                .setServerId(self)
                .setPeerId(self)
                .build();
    }

    CompletableFuture<Long> barrier() {
        return leadership.view().leading() ? leaderRounds.join() : followerRounds.join();
    }

    /** Answers another member's question {@code term (8)}. Runs on the event loop and does not block. */
    void answer(byte[] question, PeerReply reply) {
        if (question.length != Long.BYTES) {
            reply.fail("a barrier question of " + question.length + " bytes");
            return;
        }
        long term = ByteBuffer.wrap(question).getLong();
        Leadership.View view = leadership.view();
        if (!view.leading() || view.term() != term) {
            reply.send(Answer.failed(new ReplicationException(Kind.NOT_LEADER, "not the leader of term " + term)));
            return;
        }
        leaderRounds.join().whenComplete((index, error) -> {
            reply.send(error == null ? Answer.done(index) : Answer.failed(error));
        });
    }

    /** Another leader, or none: a round that asked the old one may wait for nothing. */
    void leadershipChanged() {
        ReplicationException reason = new ReplicationException(Kind.LEADER_CHANGED, "the leader changed");
        followerRounds.failCurrent(reason);
        leaderRounds.failCurrent(reason);
    }

    private CompletableFuture<Long> followerRound() {
        Leadership.View view = leadership.view();
        if (view.leading()) {
            return leaderRounds.join(); // elected since the reads came: they wait for its next round
        }
        if (view.leaderId() == 0 || transport == null) {
            return failed(Kind.NO_LEADER, "no leader is known");
        }
        byte[] question = ByteBuffer.allocate(Long.BYTES).putLong(view.term()).array();
        return transport
                .call(view.leaderId(), PeerKinds.BARRIER, question, timeout)
                .handle(ReadBarriers::index)
                .thenCompose(index -> index);
    }

    private static CompletableFuture<Long> index(byte[] reply, @Nullable Throwable error) {
        if (error != null) {
            return CompletableFuture.failedFuture(Answer.reason(error));
        }
        Answer answer = Answer.decode(reply);
        return answer.outcome() == Answer.Outcome.DONE
                ? CompletableFuture.completedFuture(answer.longValue())
                : CompletableFuture.failedFuture(answer.reason());
    }

    private CompletableFuture<Long> leaderRound() {
        LeaderRound round = new LeaderRound();
        round.run();
        if (!round.result.isDone()) { // a group of one answers at once
            round.setDeadline();
        }
        return round.result;
    }

    private static <T> CompletableFuture<T> failed(Kind kind, String message) {
        return CompletableFuture.failedFuture(new ReplicationException(kind, message));
    }

    /**
     * One round at the leader. The engine fails a round when followers are behind or just connecting; it is begun anew, as
     * long as this member leads in the same term, until the time is over.
     */
    private final class LeaderRound implements Runnable {
        final CompletableFuture<Long> result = new CompletableFuture<>();
        private final long term = leadership.view().term();

        void setDeadline() {
            ScheduledFuture<?> deadline = timer.schedule(
                    () -> fail(Kind.TIMEOUT, "no majority confirmed leadership in " + timeout.toMillis() + " ms"),
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
            var unused = result.whenComplete((index, error) -> deadline.cancel(false));
        }

        @Override
        public void run() {
            Leadership.View view = leadership.view();
            if (!view.leading() || view.term() != term) {
                fail(Kind.LEADER_CHANGED, "led in term " + term + " no more");
            } else if (!view.ready()) {
                again();
            } else if (membersChanging.getAsBoolean()) {
                askLog();
            } else {
                askEngine();
            }
        }

        private void askEngine() {
            // Straight to the handler rather than through Node.readIndex: one thread hand-over less, and the waiting
            // for
            // apply is done above this port.
            ((NodeImpl) node).handleReadIndexRequest(request, new RpcResponseClosureAdapter<ReadIndexResponse>() {
                @Override
                public void run(Status status) {
                    if (status.isOk() && getResponse().getSuccess()) {
                        succeed(getResponse().getIndex());
                    } else {
                        again();
                    }
                }
            });
        }

        private void askLog() {
            try {
                node.apply(new Task(ByteBuffer.allocate(0), new BarrierEntry(), term));
            } catch (IllegalStateException e) {
                fail(Kind.STOPPED, "stopping");
            }
        }

        private void again() {
            if (!result.isDone()) {
                timer.schedule(this, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        private void succeed(long index) {
            Leadership.View view = leadership.view();
            if (view.ready() && view.term() == term) {
                result.complete(index);
            } else {
                fail(Kind.LEADER_CHANGED, "led in term " + term + " no more");
            }
        }

        private void fail(Kind kind, String message) {
            result.completeExceptionally(new ReplicationException(kind, message));
        }

        private final class BarrierEntry implements AppliedClosure {
            @Override
            public void applied(long index) {
                succeed(index);
            }

            @Override
            public void run(Status status) {
                again(); // not applied as far as we know: ask anew
            }
        }
    }
}
