package io.quorlite.raft;

import io.quorlite.raft.log.LogOptions;
import io.quorlite.raft.log.SegmentedLogStorage;
import io.quorlite.raft.log.VoteStore;
import io.quorlite.raft.transport.AddressBook;
import io.quorlite.raft.transport.PeerIds;
import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.raft.transport.PeerTransportConfig;
import io.quorlite.replication.CorruptLogException;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.Replica;
import io.quorlite.replication.Replication;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.replication.ReplicationStatus;
import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.entity.RaftOutter.SnapshotMeta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The replicated log on SOFAJRaft, with our own stores and transport. Thread-safe. Settings and guards: {@link EngineOptions},
 * {@link ReplicaStateMachine}, {@link Proposals}, {@link ReadBarriers}.
 *
 * <pre>
 * directory/log        segments of the log
 * directory/vote       term and vote
 * directory/snapshot   {@link SnapshotRecord}
 * directory/members    {@link MemberRegistry}
 * directory/staging    copies of databases on their way in or out; emptied at start
 * </pre>
 */
public final class RaftReplication implements Replication {
    private final RaftConfig config;
    private final PeerTransportConfig transportConfig;
    private final RaftPorts ports;
    private volatile @Nullable RaftMember member;
    private boolean closed;

    public RaftReplication(RaftConfig config) {
        this(config, transport(config));
    }

    private static PeerTransportConfig transport(RaftConfig config) {
        PeerTransportConfig.Builder transport =
                PeerTransportConfig.builder(config.clusterId(), config.self().id(), config.listen());
        RaftConfig.Security security = config.security();
        return security == null
                ? transport.build()
                : transport.tls(security.identity(), security.check()).build();
    }

    /** @param transportConfig for the peer connections; a group of one does not use it */
    public RaftReplication(RaftConfig config, PeerTransportConfig transportConfig) {
        this(config, transportConfig, RaftPorts.REAL);
    }

    /** On a disk and a network that a simulation makes worse. */
    RaftReplication(RaftConfig config, RaftPorts ports) {
        this(config, transport(config), ports);
    }

    private RaftReplication(RaftConfig config, PeerTransportConfig transportConfig, RaftPorts ports) {
        if (transportConfig.memberId() != config.self().id() || transportConfig.clusterId() != config.clusterId()) {
            throw new IllegalArgumentException("the transport's settings are of another member");
        }
        this.config = config;
        this.transportConfig = transportConfig;
        this.ports = ports;
    }

    @Override
    public synchronized void start(Replica replica) throws IOException {
        if (member != null || closed) {
            throw new IllegalStateException("started before");
        }
        Failures failures = new Failures(replica, config.self().name());
        Path staging = prepareDirectories();
        SnapshotMeta record = SnapshotRecord.read(config.directory().resolve("snapshot"));
        long recordIndex = record == null ? 0 : record.getLastIncludedIndex();
        VoteStore votes = VoteStore.open(ports.disk(), config.directory().resolve("vote"), failures::fatal);
        SegmentedLogStorage segments = null;
        boolean opened = false;
        try {
            segments = SegmentedLogStorage.open(
                    ports.disk(), config.directory().resolve("log"), logOptions(), failures::fatal);
            requireMatchingLog(replica, segments.getLastLogIndex(), recordIndex, votes.getTerm());
            AddressBook book = new AddressBook();
            MemberRegistry registry = MemberRegistry.open(
                    config.directory().resolve("members"), book, config.self(), config.initialMembers());
            PeerTransport transport =
                    config.networked() ? ports.transports().create(transportConfig, book, registry::removed) : null;
            RaftMember starting = new RaftMember(
                    config,
                    replica,
                    failures,
                    votes,
                    new ObservedLogStorage(segments, recordIndex, replica.appliedIndex()),
                    record,
                    registry,
                    transport,
                    initialConfiguration(),
                    staging);
            starting.start(ports.timers());
            member = starting;
            opened = true;
        } finally {
            if (!opened) {
                votes.shutdown();
                if (segments != null) {
                    segments.shutdown();
                }
            }
        }
    }

    private Path prepareDirectories() throws IOException {
        Path staging = config.directory().resolve("staging");
        Files.createDirectories(staging);
        try (Stream<Path> leftovers = Files.list(staging)) {
            for (Path leftover : leftovers.toList()) {
                Files.delete(leftover);
            }
        }
        DurableFiles.syncDirectory(config.directory());
        return staging;
    }

    private LogOptions logOptions() {
        return LogOptions.DEFAULT.withSegmentBytes((int) Math.min(config.logSegmentBytes(), 1 << 30));
    }

    /**
     * A database that does not go with this log: one that lacks entries the log has dropped; or a log that lacks entries it
     * once had, and with it maybe votes. In a larger group the database may be a little ahead of the own log, which a leader
     * writes while its followers commit; alone it never is.
     */
    private void requireMatchingLog(Replica replica, long lastIndex, long recordIndex, long term)
            throws CorruptLogException {
        long applied = replica.appliedIndex();
        if (applied < recordIndex) {
            throw new CorruptLogException("the database has applied " + applied + " entries, but the log is cut up to "
                    + recordIndex + ": the database was replaced or lost, rebuild this member from its peers");
        }
        boolean lost = config.networked() ? term == 0 : applied > Math.max(lastIndex, recordIndex);
        if (applied > 0 && lost) {
            throw new CorruptLogException(
                    "the database has applied " + applied + " entries, but the log ends at " + lastIndex + " in term "
                            + term + ": the log was replaced or lost, rebuild this member from its peers");
        }
    }

    private Configuration initialConfiguration() {
        Configuration initial = new Configuration();
        for (Member each : config.initialMembers()) {
            if (each.learner()) {
                initial.addLearner(PeerIds.of(each.id()));
            } else {
                initial.addPeer(PeerIds.of(each.id()));
            }
        }
        return initial;
    }

    @Override
    public void propose(byte[] entry, ProposalListener listener) {
        if (entry.length == 0 || MemberRegistry.isEntry(entry)) {
            throw new IllegalArgumentException("an entry of the log's own kind");
        }
        RaftMember running = member;
        if (running == null || running.failed()) {
            listener.refused(stopped());
        } else if (entry.length > config.entryBytesMax()) {
            listener.refused(new ReplicationException(
                    Kind.TOO_LARGE, entry.length + " bytes, the limit is " + config.entryBytesMax()));
        } else {
            running.proposals().propose(entry, listener);
        }
    }

    @Override
    public CompletableFuture<Long> readBarrier() {
        RaftMember running = member;
        return running == null || running.failed()
                ? CompletableFuture.failedFuture(stopped())
                : running.barriers().barrier();
    }

    @Override
    public CompletableFuture<byte[]> askLeader(byte[] question) {
        RaftMember running = member;
        return running == null || running.failed()
                ? CompletableFuture.failedFuture(stopped())
                : running.askLeader(question);
    }

    @Override
    public ReplicationStatus status() {
        RaftMember running = member;
        return running == null
                ? new ReplicationStatus(config.self().id(), ReplicationStatus.Role.STOPPED, 0, 0, 0, 0)
                : running.status();
    }

    @Override
    public List<Member> members() {
        RaftMember running = member;
        return running == null ? config.initialMembers() : running.membership().members();
    }

    @Override
    public List<MemberProgress> progress() {
        RaftMember running = member;
        return running == null || running.failed() ? List.of() : running.progress();
    }

    @Override
    public boolean announce() {
        RaftMember running = member;
        if (!config.networked() || running == null || running.failed()) {
            return !config.networked();
        }
        boolean told = running.membership().registry().hasSpread(config.self());
        if (!told) {
            running.proposals().propose(MemberRegistry.entryOf(config.self()), UNHEARD);
        }
        return told;
    }

    @Override
    public CompletableFuture<Void> compactLog() {
        RaftMember running = member;
        return running == null
                ? CompletableFuture.failedFuture(stopped())
                : running.snapshots().compact();
    }

    @Override
    public CompletableFuture<Void> transferLeadership(long memberId) {
        RaftMember running = member;
        return running == null
                ? CompletableFuture.failedFuture(stopped())
                : running.transfers().transfer(memberId);
    }

    @Override
    public CompletableFuture<Void> changeMember(MemberChange change) {
        RaftMember running = member;
        if (running == null) {
            return CompletableFuture.failedFuture(stopped());
        }
        if (!config.networked()) {
            return CompletableFuture.failedFuture(
                    new ReplicationException(Kind.MEMBERSHIP, "this member was started without an address for others"));
        }
        return running.changes().change(change);
    }

    @Override
    public void forceNewGroup() throws IOException {
        RaftMember running = member;
        if (running == null) {
            throw new IOException("not running");
        }
        running.forceNewGroup();
    }

    @Override
    public int entryBytesMax() {
        return config.entryBytesMax();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        RaftMember running = member;
        member = null;
        if (running != null) {
            running.close();
        }
    }

    /** For what is proposed again until it shows in the committed stream. */
    private static final ProposalListener UNHEARD = new ProposalListener() {
        @Override
        public void sent(long term) {}

        @Override
        public void refused(ReplicationException reason) {}

        @Override
        public void unknown(ReplicationException reason) {}
    };

    /** For tests that look behind the port. */
    @Nullable RaftMember member() {
        return member;
    }

    /** For tests that cut connections. */
    @Nullable PeerTransport transport() {
        RaftMember running = member;
        return running == null ? null : running.transport();
    }

    private static ReplicationException stopped() {
        return new ReplicationException(Kind.STOPPED, "not running");
    }
}
