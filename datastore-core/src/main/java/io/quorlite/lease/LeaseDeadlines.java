package io.quorlite.lease;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When leases end. Kept by the leader alone and lost with its leadership: what it finds expired is only proposed for revocation,
 * so no clock decides on any replica. After etcd's lessor ({@code lease/lessor.go}); a lease may live longer than granted, never
 * shorter.
 *
 * <p>All times are milliseconds of one monotonic clock of the caller's, given with each call. Thread-safe by its own lock; no
 * method blocks or calls out.
 */
public final class LeaseDeadlines {
    /** What {@link #renew} says of a lease that is unknown. */
    public static final long UNKNOWN = 0;

    /** What {@link #renew} says of a lease that has expired: it will be revoked, and the answer is due after that. */
    public static final long EXPIRED = -1;

    /** What {@link #renew} and {@link #remainingSeconds} say while this member does not lead. */
    public static final long NOT_LEADING = -2;

    /** What {@link #renew} says where a shorter remaining time is recorded, which must be taken back first. */
    public static final long CHECKPOINTED = -3;

    /** An expired lease is shown again after this time: the proposal to revoke it may have been lost. */
    private static final long RETRY_MILLIS = 3_000;

    /** How often a long lease's remaining time is recorded, and from which length on. */
    private static final long CHECKPOINT_INTERVAL_MILLIS = 5 * 60 * 1_000;

    /** Pile-ups after a promotion are spread so that they leave a quarter of etcd's 1,000 revocations a second free. */
    private static final int EXPIRIES_PER_SECOND_MAX = 750;

    private static final Comparator<Deadline> BY_ATTENTION =
            Comparator.comparingLong((Deadline d) -> d.attentionMillis).thenComparingLong(d -> d.id);
    private static final Comparator<Deadline> BY_CHECKPOINT =
            Comparator.comparingLong((Deadline d) -> d.checkpointMillis).thenComparingLong(d -> d.id);

    private final TreeMap<Long, Deadline> deadlines = new TreeMap<>();
    private final TreeSet<Deadline> byAttention = new TreeSet<>(BY_ATTENTION);
    private final TreeSet<Deadline> byCheckpoint = new TreeSet<>(BY_CHECKPOINT);
    private boolean leading;

    /**
     * This member leads now: every lease starts again at its checkpointed or whole time, and {@code extendMillis} on top, in
     * which clients may have been unable to renew.
     */
    public synchronized void promote(Collection<Lease> leases, long nowMillis, long extendMillis) {
        clear();
        leading = true;
        for (Lease lease : leases) {
            long seconds = lease.remainingSeconds() > 0 ? lease.remainingSeconds() : lease.ttlSeconds();
            start(lease, nowMillis, nowMillis + seconds * 1_000 + extendMillis);
        }
        spread();
    }

    /** This member leads no more: it knows nothing of any deadline. */
    public synchronized void demote() {
        clear();
        leading = false;
    }

    /** A grant was applied. Nothing happens while this member does not lead. */
    public synchronized void granted(Lease lease, long nowMillis) {
        if (leading) {
            forget(deadlines.get(lease.id()));
            start(lease, nowMillis, nowMillis + lease.ttlSeconds() * 1_000);
        }
    }

    /** A revocation was applied. */
    public synchronized void revoked(long leaseId) {
        forget(deadlines.get(leaseId));
    }

    /**
     * Starts a lease's time afresh, unless a shorter remaining time was recorded or is being recorded, by which the next
     * leader would cut the renewed lease short. Then the caller proposes a checkpoint with 0 and, when that is applied, calls
     * {@link #renewAfterReset}.
     *
     * @return the whole time to live in seconds, or {@link #UNKNOWN}, {@link #EXPIRED}, {@link #NOT_LEADING},
     *     {@link #CHECKPOINTED}
     */
    public synchronized long renew(long leaseId, long nowMillis) {
        Deadline deadline = deadlines.get(leaseId);
        if (deadline != null && deadline.recorded && deadline.expiryMillis > nowMillis) {
            byCheckpoint.remove(deadline); // nothing may be recorded between the reset and the renewal
            return CHECKPOINTED;
        }
        return restart(deadline, nowMillis);
    }

    /**
     * Starts a lease's time afresh after a checkpoint with 0 was applied.
     *
     * @return the whole time to live in seconds, or {@link #UNKNOWN}, {@link #EXPIRED}, {@link #NOT_LEADING}
     */
    public synchronized long renewAfterReset(long leaseId, long nowMillis) {
        return restart(deadlines.get(leaseId), nowMillis);
    }

    private long restart(@Nullable Deadline deadline, long nowMillis) {
        if (!leading) {
            return NOT_LEADING;
        }
        if (deadline == null) {
            return UNKNOWN;
        }
        if (deadline.expiryMillis <= nowMillis) {
            return EXPIRED;
        }
        if (deadline.recorded) {
            deadline.recorded = false;
            byCheckpoint.remove(deadline);
            scheduleCheckpoint(deadline, nowMillis);
        }
        expireAt(deadline, nowMillis + deadline.ttlSeconds * 1_000);
        return deadline.ttlSeconds;
    }

    /** Whole seconds left, at least 0; {@link #EXPIRED} where there is no such lease, {@link #NOT_LEADING} where not known. */
    public synchronized long remainingSeconds(long leaseId, long nowMillis) {
        if (!leading) {
            return NOT_LEADING;
        }
        Deadline deadline = deadlines.get(leaseId);
        return deadline == null ? EXPIRED : Math.max(0, (deadline.expiryMillis - nowMillis) / 1_000);
    }

    /**
     * Leases to be revoked now, at most {@code limit}, those that expired first in front. Each is shown again a few seconds
     * later if it is still there.
     */
    public synchronized List<Long> expired(long nowMillis, int limit) {
        List<Long> expired = new ArrayList<>();
        while (expired.size() < limit && !byAttention.isEmpty() && byAttention.first().attentionMillis <= nowMillis) {
            Deadline deadline = byAttention.first();
            expired.add(deadline.id);
            lookAgainAt(deadline, nowMillis + RETRY_MILLIS);
        }
        return expired;
    }

    /**
     * Leases whose remaining time is to be recorded now, at most {@code limit}, with {@link Lease#remainingSeconds()} as it
     * is. Each comes again after an interval.
     */
    public synchronized List<Lease> dueCheckpoints(long nowMillis, int limit) {
        List<Lease> due = new ArrayList<>();
        while (due.size() < limit && !byCheckpoint.isEmpty() && byCheckpoint.first().checkpointMillis <= nowMillis) {
            Deadline deadline = byCheckpoint.first();
            byCheckpoint.remove(deadline);
            // Rounded up: what is recorded must not be less than what is left.
            long remainingSeconds = (deadline.expiryMillis - nowMillis + 999) / 1_000;
            if (remainingSeconds > 0 && remainingSeconds < deadline.ttlSeconds) {
                deadline.recorded = true;
                due.add(new Lease(deadline.id, deadline.ttlSeconds, remainingSeconds));
            }
            scheduleCheckpoint(deadline, nowMillis);
        }
        return due;
    }

    public synchronized boolean isLeading() {
        return leading;
    }

    private void clear() {
        deadlines.clear();
        byAttention.clear();
        byCheckpoint.clear();
    }

    private void start(Lease lease, long nowMillis, long expiryMillis) {
        Deadline deadline = new Deadline(lease.id(), lease.ttlSeconds(), expiryMillis);
        deadline.recorded = lease.remainingSeconds() > 0;
        deadlines.put(deadline.id, deadline);
        byAttention.add(deadline);
        scheduleCheckpoint(deadline, nowMillis);
    }

    private void forget(@Nullable Deadline deadline) {
        if (deadline != null) {
            deadlines.remove(deadline.id);
            byAttention.remove(deadline);
            byCheckpoint.remove(deadline);
        }
    }

    private void expireAt(Deadline deadline, long expiryMillis) {
        deadline.expiryMillis = expiryMillis;
        lookAgainAt(deadline, expiryMillis);
    }

    /** A sorted set finds an element by what it is sorted by: out first, then change, then in. */
    private void lookAgainAt(Deadline deadline, long attentionMillis) {
        byAttention.remove(deadline);
        deadline.attentionMillis = attentionMillis;
        byAttention.add(deadline);
    }

    private void scheduleCheckpoint(Deadline deadline, long nowMillis) {
        if (deadline.ttlSeconds * 1_000 > CHECKPOINT_INTERVAL_MILLIS) {
            deadline.checkpointMillis = nowMillis + CHECKPOINT_INTERVAL_MILLIS;
            byCheckpoint.add(deadline);
        }
    }

    /** Moves expiries back where too many fall into one second; the order stays. */
    private void spread() {
        long windowMillis = Long.MIN_VALUE;
        int inWindow = 0;
        for (Deadline deadline : List.copyOf(byAttention)) {
            if (deadline.expiryMillis >= windowMillis + 1_000 || windowMillis == Long.MIN_VALUE) {
                windowMillis = deadline.expiryMillis;
                inWindow = 0;
            } else if (inWindow == EXPIRIES_PER_SECOND_MAX) {
                windowMillis += 1_000;
                inWindow = 0;
            }
            inWindow++;
            if (deadline.expiryMillis < windowMillis) {
                expireAt(deadline, windowMillis);
            }
        }
    }

    /** One lease's times. The sets are sorted by what changes here; see {@link #lookAgainAt}. */
    private static final class Deadline {
        private final long id;
        private final long ttlSeconds;
        private long expiryMillis;
        private long attentionMillis;
        private long checkpointMillis;

        /** Whether the replicated table may hold a shorter time than the whole one. */
        private boolean recorded;

        Deadline(long id, long ttlSeconds, long expiryMillis) {
            this.id = id;
            this.ttlSeconds = ttlSeconds;
            this.expiryMillis = expiryMillis;
            this.attentionMillis = expiryMillis;
        }
    }
}
