package io.quorlite.datastore;

import io.quorlite.replication.RemovedFromClusterException;
import io.quorlite.replication.Replication;
import io.quorlite.replication.ReplicationStatus;
import io.quorlite.sqlite.DatabaseSize;
import io.quorlite.sqlite.StorageException;
import io.quorlite.sqlite.StorePosition;
import io.quorlite.watch.WatchHub;
import io.quorlite.watch.WatchLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running member: the one place where the parts are wired, and the order in which they start and stop. Thread-safe.
 */
final class MemberNode implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MemberNode.class);

    /** How often deadlines are looked at; a request times out at most that much late. */
    private static final long TICK_MILLIS = 100;

    /** How often a member says who it is until all have heard. */
    private static final long ANNOUNCE_MILLIS = 500;

    /** How long a closing member waits for the answers to what is under way. */
    private static final Duration DRAIN_MAX = Duration.ofSeconds(1);

    private final DatastoreConfig config;
    private final Quota quota;
    private final NodeFailure failure;
    private final DataDirectory directory;
    private final NodeThreads threads;
    private final StoreState state;
    private final Replication replication;
    private final GroupMembers membership;
    private final AppliedIndex applied;
    private final Attempts attempts;
    private final Attempts memberAttempts;
    private final Proposer proposer;
    private final LeaseKeeper leaseKeeper;
    private final SystemCalls records;
    private final RoleView roleView;
    private final RoleKeeper roleKeeper;
    private final Handover handover;
    private final WatchHub hub;
    private final CompactionSweep sweep;
    private final StoreReplica replica;
    private final WritePath writes;
    private final ReadPath reads;
    private final LeaseCalls leases;
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();
    /** A tick old at most: asking the log for each request costs too much. */
    private volatile ReplicationStatus recentStatus;

    private volatile boolean announced;
    private boolean closed; // guarded by this

    /** Opens and starts everything; what was opened is closed again if that fails. */
    static MemberNode open(DatastoreConfig config, ReplicationFactory factory, Surroundings surroundings)
            throws IOException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            MemberNode node = new MemberNode(config, factory, surroundings, opened);
            node.start();
            return node;
        } catch (StorageException e) {
            closeAll(opened, e);
            throw new IOException("cannot open the database in " + config.directory(), e);
        } catch (IOException | RuntimeException e) {
            closeAll(opened, e);
            throw e;
        }
    }

    private MemberNode(
            DatastoreConfig config, ReplicationFactory factory, Surroundings surroundings, Deque<AutoCloseable> opened)
            throws IOException {
        LongSupplier nanoClock = surroundings.nanoClock();
        long timeoutNanos = config.requestTimeout().toNanos();
        this.config = config;
        this.quota = new Quota(config.quotaBytes());
        this.failure = new NodeFailure(config.name());
        this.directory = opening(opened, DataDirectory.open(config));
        MemberIdentity identity = directory.identity();
        this.threads = opening(opened, surroundings.threads().start(config.name(), config.readThreads()));
        this.state = opening(
                opened,
                new StoreState(
                        surroundings.stores(),
                        directory.database(),
                        identity.clusterId(),
                        config.readThreads(),
                        failure));
        this.replication = opening(opened, factory.create(config, identity, directory));
        this.recentStatus = replication.status();
        this.applied = new AppliedIndex(state.position().appliedIndex());
        this.attempts = new Attempts(timeoutNanos, nanoClock);
        this.memberAttempts = new Attempts(GroupMembers.TIMEOUT.toNanos(), nanoClock);
        this.membership = new GroupMembers(replication, memberAttempts);
        ReadBarriers barriers = new ReadBarriers(replication, applied, attempts);
        this.proposer = new Proposer(replication, surroundings.random().getAsLong(), timeoutNanos, nanoClock);
        long electionMillis = config.electionTimeout().toMillis();
        this.leaseKeeper = new LeaseKeeper(replication, barriers, proposer, state::leases, electionMillis, nanoClock);
        this.records = new SystemCalls(state::records, barriers, proposer);
        MemberRecords attributes = new MemberRecords(records);
        this.roleView = new RoleView(replication, attributes, electionMillis);
        this.roleKeeper = new RoleKeeper(
                config.name(),
                replication,
                roleView,
                attributes,
                records,
                config.roleTargets(),
                threads.timer(),
                nanoClock);
        this.handover = new Handover(
                config.name(),
                replication,
                records,
                () -> roleKeeper.targets().isPresent(),
                threads.timer(),
                nanoClock);
        this.hub =
                new WatchHub(new HubHistory(state, failure), threads.watches(), WatchLimits.DEFAULT, state.revision());
        this.sweep = new CompactionSweep(state, threads.maintenance(), failure);
        this.replica = new StoreReplica(
                config.name(),
                state,
                applied,
                hub,
                proposer,
                leaseKeeper,
                records,
                roleKeeper,
                sweep,
                threads.timer(),
                failure);
        this.writes = new WritePath(proposer, () -> recentStatus, state, applied, sweep, config, quota);
        this.reads = new ReadPath(state, barriers, threads.reads(), config.readThreads(), failure);
        this.leases = new LeaseCalls(replication, attempts, barriers, state::leases);
    }

    private static <T extends AutoCloseable> T opening(Deque<AutoCloseable> opened, T part) {
        opened.push(part);
        return part;
    }

    private static void closeAll(Deque<AutoCloseable> opened, Exception reason) {
        for (AutoCloseable part : opened) {
            try {
                part.close();
            } catch (Exception e) {
                reason.addSuppressed(e);
            }
        }
    }

    private void start() throws IOException {
        failure.stopping((reason, cause) -> {
            state.fail(); // first: from here on nothing touches the disk
            stopServing(reason);
            leaveGroup();
            if (cause instanceof RemovedFromClusterException) {
                directory.markRemoved(String.valueOf(cause.getMessage()));
            }
            terminated.completeExceptionally(cause);
        });
        replication.start(replica);
        every(TICK_MILLIS, this::tick);
        every(LeaseKeeper.TICK_MILLIS, leaseKeeper::tick);
        every(RoleKeeper.TICK_MILLIS, roleKeeper::look);
        records.listen(roleKeeper::wake);
        every(ANNOUNCE_MILLIS, this::announce);
        every(config.watchProgressInterval().toMillis(), hub::sendPeriodicProgress);
        sweep.wake(); // what the last life left
        log.info(
                "{} started member={} cluster={} appliedIndex={} revision={}",
                config.name(),
                MemberIdentity.hex(directory.identity().memberId()),
                MemberIdentity.hex(directory.identity().clusterId()),
                applied.get(),
                state.revision());
    }

    /** A member that cannot apply must not lead. Not on the thread of the failure, which may be one of the log's. */
    private void leaveGroup() {
        try {
            threads.maintenance().execute(replication::close);
        } catch (RejectedExecutionException e) {
            log.debug("{} is closing, and with it the log", config.name());
        }
    }

    private void tick() {
        recentStatus = replication.status();
        if (recentStatus.leaderId() != 0) {
            proposer.leaderKnown();
            handover.settle();
        }
        proposer.expire();
        attempts.tick();
        memberAttempts.tick();
    }

    private void announce() {
        if (!announced && recentStatus.leaderId() != 0) {
            announced = replication.announce();
        }
    }

    private void every(long millis, Runnable task) {
        ScheduledExecutorService timer = threads.timer();
        timer.scheduleWithFixedDelay(() -> guarded(task), millis, millis, TimeUnit.MILLISECONDS);
    }

    /** A timer task that throws is a defect, and silently gone after that: better stop than go on without deadlines. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            failure.accept(e);
        }
    }

    WritePath writes() {
        return writes;
    }

    ReadPath reads() {
        return reads;
    }

    LeaseCalls leases() {
        return leases;
    }

    SystemRecords records() {
        return records;
    }

    RoleView roleView() {
        return roleView;
    }

    RoleKeeper roleKeeper() {
        return roleKeeper;
    }

    Handover handover() {
        return handover;
    }

    WatchHub hub() {
        return hub;
    }

    StoreState state() {
        return state;
    }

    StoreReplica replica() {
        return replica;
    }

    GroupMembers membership() {
        return membership;
    }

    Replication replication() {
        return replication;
    }

    Quota quota() {
        return quota;
    }

    DatastoreConfig config() {
        return config;
    }

    DatastoreStatus status() {
        StorePosition position = state.position();
        DatabaseSize size = state.size();
        return new DatastoreStatus(
                directory.identity().clusterId(),
                replication.status(),
                position.appliedIndex(),
                position.revision(),
                position.compactRevision(),
                size.totalBytes(),
                size.inUseBytes(),
                alarms(size));
    }

    private List<String> alarms(DatabaseSize size) {
        List<String> alarms = new ArrayList<>();
        if (size.inUseBytes() >= quota.bytes()) {
            alarms.add("NOSPACE");
        }
        if (failure.isCorrupt()) {
            alarms.add("CORRUPT");
        }
        return List.copyOf(alarms);
    }

    /** One that finds another under way waits for its turn. */
    CompletableFuture<Void> compactLog() {
        return attempts.call(replication::compactLog, Set.of(DatastoreException.Kind.OVERLOADED));
    }

    CompletableFuture<Void> terminated() {
        return terminated.copy();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        proposer.refuse(Refusals.stopped());
        proposer.awaitIdle(DRAIN_MAX);
        List<Exception> failures = new ArrayList<>();
        step(failures, replication::close); // hands leadership over, and applies what it still can
        step(failures, () -> stopServing(Refusals.stopped()));
        step(failures, threads::close);
        step(failures, state::close);
        step(failures, directory::close);
        if (failures.isEmpty()) {
            log.info("{} closed appliedIndex={}", config.name(), applied.get());
            terminated.complete(null);
        } else {
            terminated.completeExceptionally(failures.get(0));
        }
    }

    /** Something to do at closing, whatever became of what was done before. */
    private interface Step {
        void run() throws Exception;
    }

    private void step(List<Exception> failures, Step step) {
        try {
            step.run();
        } catch (Exception e) {
            log.error("{} did not close in order", config.name(), e);
            failures.add(e);
        }
    }

    private void stopServing(DatastoreException reason) {
        proposer.stop(reason);
        attempts.stop(reason);
        memberAttempts.stop(reason);
        applied.stop(reason);
        sweep.stop(reason);
        hub.fail(reason);
    }
}
