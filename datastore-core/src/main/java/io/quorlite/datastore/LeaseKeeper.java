package io.quorlite.datastore;

import io.quorlite.command.Command;
import io.quorlite.lease.Lease;
import io.quorlite.lease.LeaseDeadlines;
import io.quorlite.lease.LeaseTable;
import io.quorlite.mvcc.Bytes;
import io.quorlite.replication.Replication;
import io.quorlite.replication.ReplicationStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keeps the clocks of leases while this member leads: has expired ones revoked, has the remaining time of long ones recorded,
 * and answers what members ask. What it finds is proposed, never done; no replica decides by a clock. After etcd's lessor.
 *
 * <p>Thread-safe. {@link #promote}, {@link #demote} and the {@code applied} methods come from the apply thread, {@link #tick}
 * from the timer.
 */
final class LeaseKeeper {
    /** Half a second's share of etcd's 1,000 revocations a second. */
    static final int REVOKES_PER_TICK_MAX = 500;

    static final long TICK_MILLIS = 500;
    private static final int CHECKPOINTS_PER_TICK_MAX = 1_000;

    private final Replication replication;
    private final ReadBarriers barriers;
    private final Proposer proposer;
    private final Supplier<LeaseTable> table;
    private final long extendMillis;
    private final LongSupplier nanoClock;
    private final LeaseDeadlines deadlines = new LeaseDeadlines();
    private final Map<Long, CompletableFuture<Void>> ends =
            new ConcurrentHashMap<>(); // of leases found expired by a renewal
    private volatile long term; // in which this member was promoted, 0 while it does not lead

    /** @param table the leases of the state as it is now; another one after a database was installed */
    LeaseKeeper(
            Replication replication,
            ReadBarriers barriers,
            Proposer proposer,
            Supplier<LeaseTable> table,
            long extendMillis,
            LongSupplier nanoClock) {
        this.replication = replication;
        this.barriers = barriers;
        this.proposer = proposer;
        this.table = table;
        this.extendMillis = extendMillis;
        this.nanoClock = nanoClock;
    }

    void promote(long newTerm) {
        deadlines.promote(table.get().all(), nowMillis(), extendMillis);
        term = newTerm;
    }

    void demote() {
        term = 0;
        deadlines.demote();
        ends.keySet().forEach(this::ended); // who waits asks again, elsewhere
    }

    /** A grant was applied and committed. */
    void granted(Lease lease) {
        deadlines.granted(lease, nowMillis());
    }

    /** A revocation was applied and committed. */
    void revoked(long leaseId) {
        deadlines.revoked(leaseId);
        ended(leaseId);
    }

    /** Proposes what is due. To be called every {@link #TICK_MILLIS}. */
    void tick() {
        long leading = term;
        if (leading == 0 || !leadsIn(leading)) {
            return;
        }
        for (long expired : deadlines.expired(nowMillis(), REVOKES_PER_TICK_MAX)) {
            // A refusal needs no answer: the lease is shown again, or it is gone.
            proposer.proposeInTerm(new Command.LeaseRevoke(expired), leading);
        }
        List<Command.LeaseCheckpoint.Remaining> due =
                deadlines.dueCheckpoints(nowMillis(), CHECKPOINTS_PER_TICK_MAX).stream()
                        .map(lease -> new Command.LeaseCheckpoint.Remaining(lease.id(), lease.remainingSeconds()))
                        .toList();
        if (!due.isEmpty()) {
            proposer.proposeInTerm(new Command.LeaseCheckpoint(due), leading);
        }
    }

    /** Answers a member. The answer says so where this one cannot prove that it leads. */
    CompletableFuture<byte[]> answer(LeaderQuestion question) {
        long leading = term;
        return proven(leading, () -> answerLeading(question, leading))
                .exceptionally(failure -> LeaderQuestion.notLeading());
    }

    /**
     * Runs {@code then} once it is proven that this member leads in {@code leading}, since the call: by a read barrier, provided
     * that it leads in the same term when that is passed. A member that leads confirms with its own voters; another one asks
     * the leader, and has heard of the end of its own term before it has applied what that one answers with.
     */
    private CompletableFuture<byte[]> proven(long leading, Supplier<CompletableFuture<byte[]>> then) {
        if (leading == 0 || !leadsIn(leading)) {
            return CompletableFuture.completedFuture(LeaderQuestion.notLeading());
        }
        return barriers.passOnce()
                .thenCompose(passed ->
                        leadsIn(leading) ? then.get() : CompletableFuture.completedFuture(LeaderQuestion.notLeading()));
    }

    private CompletableFuture<byte[]> answerLeading(LeaderQuestion question, long leading) {
        return switch (question.kind()) {
            case RENEW -> renew(question.leaseId(), leading);
            case TIME_TO_LIVE -> CompletableFuture.completedFuture(timeToLive(question.leaseId(), false));
            case TIME_TO_LIVE_WITH_KEYS -> CompletableFuture.completedFuture(timeToLive(question.leaseId(), true));
        };
    }

    private CompletableFuture<byte[]> renew(long leaseId, long leading) {
        long ttlSeconds = deadlines.renew(leaseId, nowMillis());
        if (ttlSeconds != LeaseDeadlines.CHECKPOINTED) {
            return renewal(leaseId, ttlSeconds);
        }
        // Before the renewal, or the next leader would start from a remaining time that is no longer true; and proven
        // anew,
        // for this one took its time.
        var whole = new Command.LeaseCheckpoint.Remaining(leaseId, 0);
        return proposer.propose(new Command.LeaseCheckpoint(List.of(whole)))
                .thenCompose(reset ->
                        proven(leading, () -> renewal(leaseId, deadlines.renewAfterReset(leaseId, nowMillis()))));
    }

    /** The answer to what the deadlines say of a renewal. */
    private CompletableFuture<byte[]> renewal(long leaseId, long ttlSeconds) {
        if (ttlSeconds == LeaseDeadlines.NOT_LEADING) {
            return CompletableFuture.completedFuture(LeaderQuestion.notLeading());
        }
        if (ttlSeconds == LeaseDeadlines.EXPIRED) {
            return end(leaseId).thenApply(ended -> LeaderQuestion.notLeading()); // asked again, it is unknown
        }
        return CompletableFuture.completedFuture(LeaderQuestion.encodeTtl(ttlSeconds));
    }

    private byte[] timeToLive(long leaseId, boolean withKeys) {
        Lease lease = table.get().find(leaseId);
        long remaining = deadlines.remainingSeconds(leaseId, nowMillis());
        if (remaining == LeaseDeadlines.NOT_LEADING) {
            return LeaderQuestion.notLeading();
        }
        if (lease == null || remaining == LeaseDeadlines.EXPIRED) {
            return LeaderQuestion.encodeStatus(new LeaseStatus(leaseId, 0, -1, List.of()));
        }
        List<Bytes> keys = withKeys ? table.get().keysOf(leaseId) : List.of();
        return LeaderQuestion.encodeStatus(new LeaseStatus(leaseId, lease.ttlSeconds(), remaining, keys));
    }

    /** Completes when the revocation of an expired lease is applied, or when this member leads no more. */
    private CompletableFuture<Void> end(long leaseId) {
        CompletableFuture<Void> end = ends.computeIfAbsent(leaseId, id -> new CompletableFuture<>());
        if (!table.get().exists(leaseId) || !deadlines.isLeading()) {
            ended(leaseId); // it happened before this was in the map
        }
        return end;
    }

    private void ended(long leaseId) {
        CompletableFuture<Void> end = ends.remove(leaseId);
        if (end != null) {
            end.complete(null);
        }
    }

    private boolean leadsIn(long expectedTerm) {
        ReplicationStatus status = replication.status();
        return status.isLeader() && status.term() == expectedTerm && term == expectedTerm;
    }

    private long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong());
    }
}
