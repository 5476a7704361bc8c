package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.util.concurrent.GlobalEventExecutor;
import io.quorlite.sofajraft.option.NodeOptions;
import io.quorlite.sofajraft.util.concurrent.DefaultFixedThreadsExecutorGroup;
import io.quorlite.sofajraft.util.concurrent.SingleThreadExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The engine's options for one node, with the transport its requests go through. The engine hands them to
 * {@link NettyRpcClient}, so that several nodes in one process each use their own transport.
 */
public final class QuorliteNodeOptions extends NodeOptions {
    private final @Nullable PeerTransport transport;
    private final ElectionPatience patience;
    private final ReplicationListener replication;

    /**
     * @param transport null for a group of one, which has nobody to send to
     * @param patience how long votes may take
     * @param replication hears of what the node replicates
     */
    public QuorliteNodeOptions(
            @Nullable PeerTransport transport, ElectionPatience patience, ReplicationListener replication) {
        this.transport = transport;
        this.patience = patience;
        this.replication = replication;
        // A group of one has no answers to take up; without an executor the engine would start threads for them.
        AnswerLoop answers = transport == null ? new AnswerLoop(GlobalEventExecutor.INSTANCE) : transport.answerLoop();
        setAppendEntriesExecutors(new DefaultFixedThreadsExecutorGroup(new SingleThreadExecutor[] {answers}));
    }

    public @Nullable PeerTransport transport() {
        return transport;
    }

    /**
     * Also how long the engine trusts a leader that is silent, before it asks for pre-votes or gives them; one that is gone it does not
     * trust any more.
     */
    @Override
    public int getElectionTimeoutMs() {
        return patience.isLeaderGone() ? 0 : super.getElectionTimeoutMs();
    }

    /** How long votes may take. */
    long votesNanos() {
        return patience.stretched(TimeUnit.MILLISECONDS.toNanos(super.getElectionTimeoutMs()));
    }

    ReplicationListener replication() {
        return replication;
    }

    /** As the engine's own check, which needs a class of its stock transport. */
    @Override
    public void validate() {
        requireText("logUri", getLogUri());
        requireText("raftMetaUri", getRaftMetaUri());
        if (getFsm() == null) {
            throw new IllegalArgumentException("no state machine");
        }
    }

    private static void requireText(String name, @Nullable String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException("blank " + name);
        }
    }
}
