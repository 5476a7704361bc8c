package io.quorlite.datastore;

import io.quorlite.command.Command;
import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.lease.LeaseTable;
import io.quorlite.mvcc.InvalidRequestException;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.OpResult;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnResult;
import io.quorlite.mvcc.TxnValidator;
import io.quorlite.replication.ReplicationStatus;
import io.quorlite.statemachine.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a write before it is proposed and after it was applied: the request's limits, back-pressure, quota; then
 * the outcome in the caller's terms. Thread-safe; does not block.
 */
final class WritePath {
    /** etcd's: with its default election timeout a lease lives 2 s at least. */
    private static final long LEASE_TTL_SECONDS_MIN = 2;

    private final Proposer proposer;
    private final Supplier<ReplicationStatus> status;
    private final StoreState state;
    private final AppliedIndex applied;
    private final CompactionSweep sweep;
    private final DatastoreConfig config;
    private final Quota quota;

    /** @param status of the group, as of a short while ago */
    WritePath(
            Proposer proposer,
            Supplier<ReplicationStatus> status,
            StoreState state,
            AppliedIndex applied,
            CompactionSweep sweep,
            DatastoreConfig config,
            Quota quota) {
        this.proposer = proposer;
        this.status = status;
        this.state = state;
        this.applied = applied;
        this.sweep = sweep;
        this.config = config;
        this.quota = quota;
    }

    CompletableFuture<OpResult.Put> put(Op.Put put) {
        return write(Txn.of(put), result -> (OpResult.Put) result.results().get(0));
    }

    CompletableFuture<OpResult.DeleteRange> delete(Op.DeleteRange delete) {
        return write(Txn.of(delete), result ->
                (OpResult.DeleteRange) result.results().get(0));
    }

    CompletableFuture<TxnResult> txn(Txn txn) {
        return write(txn, result -> result);
    }

    CompletableFuture<Long> compact(long revision, boolean physical) {
        CompletableFuture<Long> compacted =
                propose(new Command.Compact(revision), outcome -> ((Outcome.Compacted) outcome).revision());
        return physical
                ? Refusals.translated(
                        compacted.thenCompose(current -> sweep.swept().thenApply(gone -> current)))
                : compacted;
    }

    CompletableFuture<LeaseStatus> grantLease(long id, long ttlSeconds) {
        if (ttlSeconds > LeaseTable.TTL_SECONDS_MAX) {
            return refused(Kind.LEASE_TTL_TOO_LARGE, ttlSeconds + " s; the limit is " + LeaseTable.TTL_SECONDS_MAX);
        }
        // Chosen here, before the log: every replica must see the same.
        long chosen = id != 0 ? id : ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        Command grant = new Command.LeaseGrant(chosen, Math.max(ttlSeconds, leaseTtlSecondsMin()));
        return propose(grant, outcome -> granted((Outcome.LeaseGranted) outcome));
    }

    CompletableFuture<Long> revokeLease(long id) {
        return propose(new Command.LeaseRevoke(id), outcome -> ((Outcome.LeaseRevoked) outcome).revision());
    }

    /** One and a half election timeouts, in whole seconds, so that no lease ends only because a leader did. */
    private long leaseTtlSecondsMin() {
        long electionMillis = config.electionTimeout().toMillis();
        return Math.max(LEASE_TTL_SECONDS_MIN, (electionMillis * 3 / 2 + 999) / 1_000);
    }

    private static LeaseStatus granted(Outcome.LeaseGranted granted) {
        long ttlSeconds = granted.lease().ttlSeconds();
        return new LeaseStatus(granted.lease().id(), ttlSeconds, ttlSeconds, List.of());
    }

    private <T> CompletableFuture<T> write(Txn txn, Function<TxnResult, T> answer) {
        try {
            TxnValidator.validate(txn, config.operationsMax());
        } catch (InvalidRequestException e) {
            return CompletableFuture.failedFuture(Refusals.ofRequest(e));
        }
        long bytes = CommandCost.payloadBytes(txn);
        if (bytes > config.requestBytesMax()) {
            return refused(Kind.REQUEST_TOO_LARGE, bytes + " bytes; the limit is " + config.requestBytesMax());
        }
        return propose(new Command.Write(txn), outcome -> answer.apply(((Outcome.Written) outcome).result()));
    }

    private <T> CompletableFuture<T> propose(Command command, Function<Outcome, T> answer) {
        DatastoreException refusal = refusal(command);
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        CompletableFuture<T> answered = new CompletableFuture<>();
        proposer.propose(command).whenComplete((outcome, failure) -> {
            if (failure != null) {
                answered.completeExceptionally(Refusals.of(failure));
            } else if (outcome instanceof Outcome.Refused refused) {
                answered.completeExceptionally(Refusals.ofMvcc(refused.reason()));
            } else {
                answered.complete(answer.apply(outcome));
            }
        });
        return answered;
    }

    private @Nullable DatastoreException refusal(Command command) {
        ReplicationStatus current = status.get();
        long lag = current.commitIndex() - applied.get();
        if (lag > config.applyLagMax()) {
            return new DatastoreException(Kind.OVERLOADED, lag + " committed entries are not applied yet");
        }
        long growth = CommandCost.growth(command);
        if (growth > 0 && state.size().inUseBytes() + growth >= quota.bytes()) {
            return new DatastoreException(Kind.NO_SPACE, "the quota of " + quota.bytes() + " bytes is used up");
        }
        return null;
    }

    private static <T> CompletableFuture<T> refused(Kind kind, String message) {
        return CompletableFuture.failedFuture(new DatastoreException(kind, message));
    }
}
