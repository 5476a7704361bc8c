package io.quorlite.datastore;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The index applied here, as a level to wait for. It knows no time-out: whoever waits keeps a deadline. Thread-safe.
 */
final class AppliedIndex {
    private record Waiter(long index, CompletableFuture<Void> reached) {}

    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(Comparator.comparingLong(Waiter::index));
    private @Nullable DatastoreException stopped; // guarded by waiters
    private volatile long applied; // written under the lock of waiters

    AppliedIndex(long applied) {
        this.applied = applied;
    }

    long get() {
        return applied;
    }

    /** Completes when {@code index} is applied, on the thread that applies; at once where it is already. */
    CompletableFuture<Void> reached(long index) {
        if (index <= applied) {
            return CompletableFuture.completedFuture(null);
        }
        synchronized (waiters) {
            if (index <= applied) {
                return CompletableFuture.completedFuture(null);
            }
            if (stopped != null) {
                return CompletableFuture.failedFuture(stopped);
            }
            Waiter waiter = new Waiter(index, new CompletableFuture<>());
            waiters.add(waiter);
            return waiter.reached;
        }
    }

    void advance(long index) {
        List<Waiter> due = new ArrayList<>();
        synchronized (waiters) {
            applied = Math.max(applied, index);
            for (Waiter next = waiters.peek(); next != null && next.index <= applied; next = waiters.peek()) {
                due.add(waiters.remove());
            }
        }
        due.forEach(waiter -> waiter.reached.complete(null));
    }

    /** Nothing is applied from now on: fails who waits. */
    void stop(DatastoreException reason) {
        List<Waiter> failed;
        synchronized (waiters) {
            stopped = reason;
            failed = new ArrayList<>(waiters);
            waiters.clear();
        }
        failed.forEach(waiter -> waiter.reached.completeExceptionally(reason));
    }
}
