package io.quorlite.datastore;

import io.quorlite.lease.Lease;
import io.quorlite.lease.LeaseTable;
import io.quorlite.replication.Replication;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** What callers ask about leases, of the leader where only it knows. Thread-safe; does not block. */
final class LeaseCalls {
    private final Replication replication;
    private final Attempts attempts;
    private final ReadBarriers barriers;
    private final Supplier<LeaseTable> table;

    LeaseCalls(Replication replication, Attempts attempts, ReadBarriers barriers, Supplier<LeaseTable> table) {
        this.replication = replication;
        this.attempts = attempts;
        this.barriers = barriers;
        this.table = table;
    }

    /** Completes with the lease's TTL in seconds, or 0 where there is no such lease. */
    CompletableFuture<Long> renew(long leaseId) {
        return ask(new LeaderQuestion(LeaderQuestion.Kind.RENEW, leaseId), LeaderQuestion::decodeTtl);
    }

    CompletableFuture<LeaseStatus> timeToLive(long leaseId, boolean keys) {
        LeaderQuestion.Kind kind = keys ? LeaderQuestion.Kind.TIME_TO_LIVE_WITH_KEYS : LeaderQuestion.Kind.TIME_TO_LIVE;
        return ask(new LeaderQuestion(kind, leaseId), answer -> LeaderQuestion.decodeStatus(leaseId, answer));
    }

    /** All leases, by id. Every member knows them. */
    CompletableFuture<List<Long>> all() {
        return Refusals.translated(barriers.pass()
                .thenApply(passed -> table.get().all().stream().map(Lease::id).toList()));
    }

    private <T> CompletableFuture<T> ask(LeaderQuestion question, Function<byte[], T> decode) {
        byte[] encoded = question.encode();
        return attempts.call(() -> replication
                .askLeader(encoded)
                .thenCompose(answer -> LeaderQuestion.isAnswered(answer)
                        ? CompletableFuture.completedFuture(decode.apply(answer))
                        : CompletableFuture.failedFuture(Attempts.notLeading())));
    }
}
