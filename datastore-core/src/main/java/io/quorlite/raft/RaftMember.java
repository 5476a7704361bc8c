package io.quorlite.raft;

import io.quorlite.raft.log.VoteStore;
import io.quorlite.raft.transport.ElectionPatience;
import io.quorlite.raft.transport.MemberIds;
import io.quorlite.raft.transport.NettyRpcServer;
import io.quorlite.raft.transport.PeerIds;
import io.quorlite.raft.transport.PeerKinds;
import io.quorlite.raft.transport.PeerListener;
import io.quorlite.raft.transport.PeerReply;
import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.raft.transport.QuorliteNodeOptions;
import io.quorlite.raft.transport.ScheduledRaftTimerFactory;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.RemovedFromClusterException;
import io.quorlite.replication.Replica;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.replication.ReplicationStatus;
import io.quorlite.sofajraft.NodeManager;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.core.NodeImpl;
import io.quorlite.sofajraft.core.State;
import io.quorlite.sofajraft.entity.EnumOutter.ErrorType;
import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.entity.RaftOutter.SnapshotMeta;
import io.quorlite.sofajraft.error.RaftError;
import io.quorlite.sofajraft.error.RaftException;
import io.quorlite.sofajraft.util.timer.Timer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running node of the engine and everything around it, wired once. Thread-safe. */
final class RaftMember {
    private static final Logger LOG = LoggerFactory.getLogger(RaftMember.class);
    private static final long HAND_OVER_MILLIS_MAX = 1_000;
    private static final long HAND_OVER_PAUSE_MILLIS = 20;
    private static final int RPC_THREADS = 4; // one may be busy with installing a snapshot
    private static final AtomicLong ALONE = new AtomicLong();

    private final RaftConfig config;
    private final Replica replica;
    private final Failures failures;
    private final PeerId self;
    private final NodeImpl node;
    private final @Nullable PeerTransport transport;
    private @Nullable NettyRpcServer server;
    private final ElectionPatience patience;
    private final QuorliteNodeOptions options;
    private final Leadership leadership;
    private final Membership membership;
    private final Proposals proposals;
    private final ReadBarriers barriers;
    private final Snapshots snapshots;
    private final Progress progress;
    private final MemberChanges changes;
    private final Transfers transfers;
    private final CopySource copies;
    private final ScheduledThreadPoolExecutor timer;
    private final ScheduledThreadPoolExecutor snapshotWorker;
    private final ScheduledThreadPoolExecutor copyOwner;
    private final ScheduledThreadPoolExecutor copyMaker;
    private final ScheduledThreadPoolExecutor memberWorker;

    RaftMember(
            RaftConfig config,
            Replica replica,
            Failures failures,
            VoteStore votes,
            ObservedLogStorage log,
            @Nullable SnapshotMeta record,
            MemberRegistry registry,
            @Nullable PeerTransport transport,
            Configuration initial,
            Path staging) {
        this.config = config;
        this.replica = replica;
        this.failures = failures;
        this.transport = transport;
        long selfId = config.self().id();
        this.self = PeerIds.of(selfId);
        this.timer = thread("raft-timer");
        this.snapshotWorker = thread("raft-snapshot");
        this.copyOwner = thread("raft-copies");
        this.copyMaker = thread("raft-copy-maker");
        this.memberWorker = thread("raft-members");
        this.node = new NodeImpl(groupId(config), self);
        this.leadership = new Leadership(this::leadershipChanged);
        this.membership = new Membership(selfId, registry, log, replica, transport, initial);
        this.progress = new Progress(selfId, node, leadership, transport, config.electionTimeout());
        this.changes = new MemberChanges(node, leadership, membership, progress, memberWorker);
        this.proposals = new Proposals(node, leadership, transport, config);
        this.barriers = new ReadBarriers(
                node,
                leadership,
                transport,
                changes::underWay,
                timer,
                config.electionTimeout().multipliedBy(2));
        this.transfers = new Transfers(node, membership, progress, selfId, timer, config.electionTimeout());
        this.copies = new CopySource(replica, staging, copyOwner, copyMaker, failures);
        CommitNotifier notifier = new CommitNotifier(selfId);
        SnapshotStore store = new SnapshotStore(
                config.directory().resolve("snapshot"), record, selfId, registry, downloads(staging), failures);
        this.snapshots = new Snapshots(node, replica, log, store, failures, snapshotWorker, config);
        this.patience = new ElectionPatience(membership::reachesMajority);
        this.options = new QuorliteNodeOptions(transport, patience, notifier);
        EngineOptions.set(options, config, initial);
        options.setServiceFactory(new NodeStorage(log, votes, store));
        options.setFsm(new ReplicaStateMachine(
                replica, leadership, membership, log, store, notifier, failures, timer, selfId, node, snapshots));
    }

    /** Without a network, a group is known in this process only: two with the same name must not meet in the engine's registry. */
    private static String groupId(RaftConfig config) {
        String id = "q" + Long.toHexString(config.clusterId());
        return config.networked() ? id : id + "-" + ALONE.incrementAndGet();
    }

    private CopyDownload.Factory downloads(Path staging) {
        CopyDownload.Partial[] partial = new CopyDownload.Partial[1];
        LongConsumer throttle = new Throttle(config.copyBytesPerSecond());
        CopyDownload.Held held = meta -> replica.appliedIndex() >= meta.getLastIncludedIndex();
        return (source, meta, readers) -> {
            if (transport == null) {
                throw new IllegalStateException("alone");
            }
            return new CopyDownload(
                    source, meta, new CopyDownload.Context(transport, staging, readers, throttle, held, partial));
        };
    }

    private ScheduledThreadPoolExecutor thread(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name + "-" + config.self().name());
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    /** @param timers as in {@link RaftPorts} */
    void start(UnaryOperator<Timer> timers) throws IOException {
        boolean initialised = false;
        boolean started = false;
        try {
            if (transport != null) {
                listen(transport);
            }
            NodeManager.getInstance().addAddress(self.getEndpoint());
            initialised = ScheduledRaftTimerFactory.stretching(patience, timers, () -> node.init(options));
            failures.started(cause -> timer.execute(() -> stopEngine(cause)));
            Throwable failure = failures.first();
            if (!initialised || failure != null) {
                throw new IOException("the Raft engine did not start", failure);
            }
            started = true;
            changes.start();
            watchForRemoval();
        } finally {
            if (!started) {
                abandon(initialised);
            }
        }
        LOG.info("{} started as {}, members {}", config.self().name(), self, membership.members());
    }

    /** A node that was not initialised cannot be shut down: the engine would wait for parts it never made. */
    private void abandon(boolean initialised) {
        if (initialised) {
            node.shutdown();
        }
        NodeManager.getInstance().removeAddress(self.getEndpoint());
        stopThreads();
    }

    /** The engine stops by itself after errors of its log and state machine only, not of its votes. */
    private void stopEngine(Throwable cause) {
        RaftException error = new RaftException(ErrorType.ERROR_TYPE_STATE_MACHINE);
        error.setStatus(new Status(RaftError.EIO, "%s", cause));
        node.onError(error);
    }

    private void listen(PeerTransport peers) throws IOException {
        peers.handle(PeerKinds.PROPOSE, (from, request, reply) -> proposals.proposeFor(request, reply));
        peers.handle(PeerKinds.BARRIER, (from, question, reply) -> barriers.answer(question, reply));
        peers.handle(PeerKinds.ASK_LEADER, (from, question, reply) -> answer(question, reply));
        peers.handle(PeerKinds.WHEREABOUTS, this::introduced, timer);
        peers.addListener(introducing(peers));
        peers.addListener(new LeaderWatch(
                config.self().id(), leadership, membership, peers, patience, timer, config.electionTimeout()));
        copies.serve(peers);
        NettyRpcServer rpc = new NettyRpcServer(peers, RPC_THREADS, membership::known);
        server = rpc;
        peers.start();
        rpc.init(null);
    }

    /** It learns of its removal from the log, if it got that far, or from a peer that knows of it. */
    private void watchForRemoval() {
        if (membership.selfRemoved()) {
            removed("its log says so");
        } else if (transport != null) {
            transport.addListener(new PeerListener() {
                @Override
                public void removed(long byMemberId) {
                    RaftMember.this.removed(MemberIds.text(byMemberId) + " says so");
                }
            });
        }
    }

    private void removed(String how) {
        failures.fatal(new RemovedFromClusterException(
                "member " + config.self().name() + " was removed from its cluster: " + how));
    }

    private PeerListener introducing(PeerTransport peers) {
        byte[] introduction = MemberRegistry.introduction(config.self());
        return new PeerListener() {
            @Override
            public void connected(long memberId) {
                peers.send(memberId, PeerKinds.WHEREABOUTS, introduction);
            }
        };
    }

    private void introduced(long from, byte[] introduction, PeerReply reply) {
        try {
            membership.registry().introduced(from, introduction);
        } catch (IOException e) {
            LOG.debug("{} introduced itself in a way this version does not know", MemberIds.text(from), e);
        }
    }

    private void leadershipChanged(Leadership.View view) {
        patience.leader(view.leaderId() != 0);
        barriers.leadershipChanged();
        transfers.leadershipChanged(view);
    }

    CompletableFuture<byte[]> askLeader(byte[] question) {
        Leadership.View view = leadership.view();
        if (view.leading()) {
            return replica.answer(question);
        }
        if (view.leaderId() == 0 || transport == null) {
            return CompletableFuture.failedFuture(new ReplicationException(Kind.NO_LEADER, "no leader is known"));
        }
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        transport
                .call(view.leaderId(), PeerKinds.ASK_LEADER, question, config.forwardTimeout())
                .whenComplete((bytes, error) -> {
                    if (error != null) {
                        result.completeExceptionally(Answer.reason(error));
                        return;
                    }
                    Answer answer = Answer.decode(bytes);
                    if (answer.outcome() == Answer.Outcome.DONE) {
                        result.complete(answer.value());
                    } else {
                        result.completeExceptionally(answer.reason());
                    }
                });
        return result;
    }

    private void answer(byte[] question, PeerReply reply) {
        if (!leadership.view().leading()) {
            reply.send(Answer.failed(new ReplicationException(Kind.NOT_LEADER, "not the leader")));
            return;
        }
        replica.answer(question)
                .whenComplete(
                        (answer, error) -> reply.send(error == null ? Answer.done(answer) : Answer.failed(error)));
    }

    ReplicationStatus status() {
        Leadership.View view = leadership.view();
        long committed = 0;
        long last = 0;
        ReplicationStatus.Role role = role(node.getNodeState(), view);
        if (role != ReplicationStatus.Role.STOPPED) {
            try {
                committed = node.getLastCommittedIndex();
                last = node.getLastLogIndex();
            } catch (IllegalStateException e) {
                role = ReplicationStatus.Role.STOPPED; // since we looked
            }
        }
        return new ReplicationStatus(config.self().id(), role, view.term(), view.leaderId(), committed, last);
    }

    /** A leader is one that knows it, so that role, leader and term go together. */
    private ReplicationStatus.Role role(State state, Leadership.View view) {
        if (failed()) {
            return ReplicationStatus.Role.STOPPED;
        }
        return switch (state) {
            case STATE_LEADER, STATE_TRANSFERRING ->
                view.leading() ? ReplicationStatus.Role.LEADER : ReplicationStatus.Role.FOLLOWER;
            case STATE_CANDIDATE -> ReplicationStatus.Role.CANDIDATE;
            case STATE_FOLLOWER ->
                membership.current().getLearners().contains(self)
                        ? ReplicationStatus.Role.LEARNER
                        : ReplicationStatus.Role.FOLLOWER;
            default -> ReplicationStatus.Role.STOPPED;
        };
    }

    void forceNewGroup() throws IOException {
        membership.registry().applyEntry(membership.registry().entryOfSurvivor(config.self()));
        LOG.warn(
                "{} becomes the only member of a new group",
                MemberIds.text(config.self().id()));
        Status status = node.resetPeers(new Configuration(List.of(self)));
        if (!status.isOk()) {
            throw new IOException("cannot force a new group: " + status.getErrorMsg());
        }
    }

    @Nullable PeerTransport transport() {
        return transport;
    }

    boolean failed() {
        return failures.failed();
    }

    Proposals proposals() {
        return proposals;
    }

    ReadBarriers barriers() {
        return barriers;
    }

    List<MemberProgress> progress() {
        return progress.of(membership.members());
    }

    /** For tests that do what an interrupted change left. */
    NodeImpl node() {
        return node;
    }

    Membership membership() {
        return membership;
    }

    Snapshots snapshots() {
        return snapshots;
    }

    MemberChanges changes() {
        return changes;
    }

    Transfers transfers() {
        return transfers;
    }

    void close() {
        handOver();
        node.shutdown();
        try {
            node.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        NodeManager.getInstance().removeAddress(self.getEndpoint());
        stopThreads();
        LOG.info("{} stopped", config.self().name());
    }

    /**
     * Another leader now costs milliseconds, an election later an election timeout. Tried until it is done, or until it has taken
     * so long that an election is no worse: a change of members may be under way, or the successor may fall silent.
     */
    private void handOver() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HAND_OVER_MILLIS_MAX);
        String obstacle = "";
        try {
            while (node.isLeader() && membership.current().size() > 1) {
                long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (leftMillis <= 0) {
                    LOG.info(
                            "{} stops without handing leadership over: {}",
                            config.self().name(),
                            obstacle);
                    return;
                }
                try {
                    transfers.transfer(0).get(leftMillis, TimeUnit.MILLISECONDS);
                    return;
                } catch (ExecutionException | TimeoutException e) {
                    obstacle = String.valueOf(e.getMessage());
                }
                TimeUnit.MILLISECONDS.sleep(HAND_OVER_PAUSE_MILLIS);
            }
        } catch (IllegalStateException e) {
            LOG.debug("{} stopped meanwhile", config.self().name(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopThreads() {
        if (server != null) {
            server.shutdown();
        }
        if (transport != null) {
            transport.close();
        }
        for (ScheduledThreadPoolExecutor each : List.of(timer, snapshotWorker, copyOwner, copyMaker, memberWorker)) {
            each.shutdown();
        }
    }
}
