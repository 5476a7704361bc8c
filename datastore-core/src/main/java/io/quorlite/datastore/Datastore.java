package io.quorlite.datastore;

import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.OpResult;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.mvcc.RangeSink;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnResult;
import io.quorlite.replication.Member;
import io.quorlite.roles.RoleMember;
import io.quorlite.roles.RoleTargets;
import io.quorlite.system.SystemTxn;
import io.quorlite.watch.WatchSink;
import io.quorlite.watch.WatchStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A member of a replicated datastore, embedded in this process.
 *
 * <pre>{@code
 * try (Datastore store = Datastore.open(DatastoreConfig.inDirectory(dir))) {
 *     store.put(Op.Put.of(Bytes.utf8("greeting"), Bytes.utf8("hello"))).join();
 * }
 * }</pre>
 *
 * <p>Thread-safe. No method but {@link #open} and {@link #close} blocks. Futures fail with a {@link DatastoreException}; they
 * complete on threads of the store, where a caller's dependent stage must not block.
 */
public final class Datastore implements AutoCloseable {
    private final MemberNode node;

    private Datastore(MemberNode node) {
        this.node = node;
    }

    /**
     * Opens the member in its directory, which is made where it is missing; starts replication. Returns before a leader is
     * known: what is asked before waits for one, as far as its time reaches.
     *
     * @throws IOException if the directory is in use or belongs to another member or cluster, or if what is in it cannot be
     *     read or is damaged
     * @throws IllegalArgumentException if the configuration contradicts itself
     */
    public static Datastore open(DatastoreConfig config) throws IOException {
        return open(config, RaftLog::create);
    }

    /** On another log, for tests. */
    static Datastore open(DatastoreConfig config, ReplicationFactory replication) throws IOException {
        return open(config, replication, Surroundings.REAL);
    }

    /** In other surroundings, for simulations. */
    static Datastore open(DatastoreConfig config, ReplicationFactory replication, Surroundings surroundings)
            throws IOException {
        return new Datastore(MemberNode.open(config, replication, surroundings));
    }

    /** For tests. */
    MemberNode node() {
        return node;
    }

    /** A put; etcd's rules for its options. */
    public CompletableFuture<OpResult.Put> put(Op.Put put) {
        return node.writes().put(put);
    }

    /** A deletion of a range of keys. */
    public CompletableFuture<OpResult.DeleteRange> delete(Op.DeleteRange delete) {
        return node.writes().delete(delete);
    }

    /** A transaction; one that cannot write is a read at {@code level} and takes no place in the log. */
    public CompletableFuture<TxnResult> txn(Txn txn, ReadLevel level) {
        return txn.isReadOnly()
                ? node.reads().txn(txn, node.config().operationsMax(), level)
                : node.writes().txn(txn);
    }

    /** Reads a range of keys; what it returns is of one revision. */
    public CompletableFuture<RangeResult> range(Op.Range range, ReadLevel level) {
        return node.reads().range(range, level);
    }

    /**
     * The same for a caller that makes something of its own of the rows.
     *
     * @param sinks makes what takes the rows; asked again where a read has to begin anew
     */
    public <T> CompletableFuture<T> range(Op.Range range, ReadLevel level, Supplier<RangeSink<T>> sinks) {
        return node.reads().range(range, level, sinks);
    }

    /**
     * Compacts the history up to {@code revision}. Completes with the store's revision when the compaction holds logically;
     * with {@code physical}, when the rows are gone from this member.
     */
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        return node.writes().compact(revision, physical);
    }

    /** Opens a stream of watches whose messages go to {@code sink}. */
    public WatchStream watch(WatchSink sink) {
        return node.hub().open(sink);
    }

    /** Grants a lease; {@code id} 0 has one chosen. The TTL granted may be longer than the one asked for. */
    public CompletableFuture<LeaseStatus> grantLease(long id, long ttlSeconds) {
        return node.writes().grantLease(id, ttlSeconds);
    }

    /** Ends a lease; its keys go in one revision. Completes with the store's revision. */
    public CompletableFuture<Long> revokeLease(long id) {
        return node.writes().revokeLease(id);
    }

    /** Renews a lease. Completes with its TTL in seconds, or 0 where there is no such lease. */
    public CompletableFuture<Long> keepLeaseAlive(long id) {
        return node.leases().renew(id);
    }

    /** How much time a lease has left, and where {@code keys} says so the keys on it. Asks the leader. */
    public CompletableFuture<LeaseStatus> leaseTimeToLive(long id, boolean keys) {
        return node.leases().timeToLive(id, keys);
    }

    /** All leases, by id. */
    public CompletableFuture<List<Long>> leases() {
        return node.leases().all();
    }

    /** The cluster's own records, which no client sees. */
    public SystemRecords system() {
        return node.records();
    }

    /** The newest main revision applied here. */
    public long revision() {
        return node.state().revision();
    }

    /** Whether a linearizable read succeeds; the future fails with the reason if not. Completes with the revision it saw. */
    public CompletableFuture<Long> checkLinearizable() {
        return node.reads().check();
    }

    /**
     * The hash of the history up to {@code revision}, 0 for the newest applied here. Asks nobody: members that are to be compared
     * must have reached the revision and be compacted to the same one.
     */
    public CompletableFuture<HashResult> hash(long revision) {
        return node.reads().hash(revision);
    }

    /** How this member stands, as it knows itself. */
    public DatastoreStatus status() {
        return node.status();
    }

    /** How large this member's data may grow before it refuses writes. */
    public long quotaBytes() {
        return node.quota().bytes();
    }

    /** Changes it from the next write on; until the next start, which takes the configured one again. */
    public void quotaBytes(long bytes) {
        node.quota().set(bytes);
    }

    /** The members of the committed configuration as this member knows it. */
    public List<Member> members() {
        return node.replication().members();
    }

    /** Adds, promotes, demotes and removes members. */
    public ClusterMembers membership() {
        return node.membership();
    }

    /**
     * The members as the plan of roles sees them, by id: whom this leader heard lately, who has caught up, who wants what. Empty where this
     * member does not lead.
     */
    public List<RoleMember> roles() {
        return node.roleView().members();
    }

    /** What roles there are to be: as last set, or else as configured. Empty where members keep the roles they are given. */
    public Optional<RoleTargets> roleTargets() {
        return node.roleKeeper().targets();
    }

    /** Sets, for all members, what roles there are to be; members that were opened without targets still leave roles alone. */
    public CompletableFuture<Void> roleTargets(RoleTargets targets) {
        return system().commit(SystemTxn.put(RoleTargets.RECORD_NAME, targets.encode()))
                .thenApply(done -> null);
    }

    /**
     * Prepares for {@link #close}: hands leadership over, then has the vote given to a standby or spare if there is one. Completes,
     * never with a failure, when that is done, or nobody is there to take it, or {@code longest} is over; this member serves all the
     * time. The vote comes back, if it is to, after the next start.
     */
    public CompletableFuture<Void> handOver(Duration longest) {
        return node.handover().begin(longest);
    }

    /** Saves a snapshot record and cuts the Raft log. */
    public CompletableFuture<Void> compactLog() {
        return node.compactLog();
    }

    /**
     * Hands leadership to {@code memberId}, or for 0 to the voter that answers and has come furthest; this member must lead. One
     * that does not answer is refused.
     */
    public CompletableFuture<Void> transferLeadership(long memberId) {
        return Refusals.translated(node.replication().transferLeadership(memberId));
    }

    /**
     * Completes with null at an orderly close, or exceptionally with what stopped the node: with a {@link
     * io.quorlite.replication.RemovedFromClusterException} where it was removed from its cluster.
     */
    public CompletableFuture<Void> terminated() {
        return node.terminated();
    }

    /** Hands leadership over, ends what is under way, closes the files. Takes seconds at most; idempotent. */
    @Override
    public void close() {
        node.close();
    }
}
