package io.quorlite.datastore;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.replication.ReplicationException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls that need the leader and change nothing, so that one that fails for want of a leader may be made again: at each
 * {@link #tick}, until its deadline. Attempts of one call follow one another, they never overlap. Thread-safe.
 */
final class Attempts {
    private static final Set<Kind> FOR_WANT_OF_A_LEADER =
            Collections.unmodifiableSet(EnumSet.of(Kind.NO_LEADER, Kind.LEADER_CHANGED, Kind.TIMEOUT));

    private final long timeoutNanos;
    private final LongSupplier nanoClock;
    /** By number, oldest first: in which order calls are made again must not depend on where they lie in memory. */
    private final ConcurrentSkipListMap<Long, Call<?>> open = new ConcurrentSkipListMap<>();

    private final AtomicLong lastNumber = new AtomicLong();
    private volatile @Nullable DatastoreException stopped;

    Attempts(long timeoutNanos, LongSupplier nanoClock) {
        this.timeoutNanos = timeoutNanos;
        this.nanoClock = nanoClock;
    }

    /** Completes as the first attempt does that does not fail for want of a leader; by the deadline in any case. */
    <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> attempt) {
        return call(attempt, FOR_WANT_OF_A_LEADER);
    }

    /** The same for calls that other refusals are worth another attempt for. */
    <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> attempt, Set<Kind> passing) {
        Call<T> call = new Call<>(lastNumber.incrementAndGet(), attempt, passing, nanoClock.getAsLong() + timeoutNanos);
        if (stopped == null) {
            call.attempt();
        }
        if (!call.result.isDone()) { // most calls are answered at once, and nobody need know of them
            open.put(call.number, call);
            DatastoreException reason = stopped;
            if (reason != null) {
                call.fail(reason);
            } else if (call.result.isDone()) {
                open.remove(call.number);
            }
        }
        return call.result;
    }

    /** Makes those calls again that need it and fails those whose deadline has passed. To be called every now and then. */
    void tick() {
        long now = nanoClock.getAsLong();
        for (Call<?> call : open.values()) {
            if (call.deadlineNanos - now <= 0) {
                call.fail(call.timedOut());
            } else if (call.wantsAnotherAttempt) {
                call.attempt();
            }
        }
    }

    void stop(DatastoreException reason) {
        stopped = reason;
        open.values().forEach(call -> call.fail(reason));
    }

    private final class Call<T> {
        private final long number;
        private final Supplier<CompletableFuture<T>> supplier;
        private final Set<Kind> passing;
        final long deadlineNanos;
        final CompletableFuture<T> result = new CompletableFuture<>();
        volatile boolean wantsAnotherAttempt;
        private volatile @Nullable DatastoreException lastRefusal;

        Call(long number, Supplier<CompletableFuture<T>> supplier, Set<Kind> passing, long deadlineNanos) {
            this.number = number;
            this.supplier = supplier;
            this.passing = passing;
            this.deadlineNanos = deadlineNanos;
        }

        void attempt() {
            wantsAnotherAttempt = false;
            supplier.get().whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value); // first: whoever enters the call looks again whether it is done
                    open.remove(number);
                } else {
                    refused(Refusals.of(failure));
                }
            });
        }

        private void refused(DatastoreException refusal) {
            if (passing.contains(refusal.kind())) {
                lastRefusal = refusal;
                wantsAnotherAttempt = true;
            } else {
                fail(refusal);
            }
        }

        DatastoreException timedOut() {
            DatastoreException refusal = lastRefusal;
            return refusal != null && refusal.kind() != Kind.LEADER_CHANGED
                    ? refusal
                    : new DatastoreException(Kind.TIMEOUT, "the leader did not answer within the request timeout");
        }

        void fail(DatastoreException reason) {
            open.remove(number);
            result.completeExceptionally(reason);
        }
    }

    /** As the failure of an attempt: ask again. */
    static ReplicationException notLeading() {
        return new ReplicationException(ReplicationException.Kind.NOT_LEADER, "the member asked does not lead");
    }
}
