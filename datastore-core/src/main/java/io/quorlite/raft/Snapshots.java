package io.quorlite.raft;

import io.quorlite.replication.Replica;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.sofajraft.Closure;
import io.quorlite.sofajraft.Node;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.error.RaftError;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Decides when a snapshot record is taken and makes the database durable for it, on {@code worker}, never on the apply thread.
 *
 * <p>The engine cuts the log at the record <em>before</em> the one it takes, so the log keeps at least the entries between
 * two records; records are therefore never closer than the tail that followers may need.
 */
final class Snapshots {
    private static final long LOG_SYNC_MILLIS_MAX = 10_000;
    private static final long CUT_MILLIS_MAX = 10_000;
    private static final int POLL_MILLIS = 5;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Node node;
    private final Replica replica;
    private final ObservedLogStorage log;
    private final SnapshotStore store;
    private final Failures failures;
    private final ScheduledExecutorService worker;
    private final long tailEntries;
    private final long intervalEntries;
    private final AtomicBoolean saving = new AtomicBoolean();
    private volatile long lastTryNanos = System.nanoTime() - RETRY_NANOS;

    Snapshots(
            Node node,
            Replica replica,
            ObservedLogStorage log,
            SnapshotStore store,
            Failures failures,
            ScheduledExecutorService worker,
            RaftConfig config) {
        this.node = node;
        this.replica = replica;
        this.log = log;
        this.store = store;
        this.failures = failures;
        this.worker = worker;
        this.tailEntries = config.logTailEntries();
        this.intervalEntries = Math.max(config.snapshotEntries(), config.logTailEntries());
    }

    /** On the apply thread after each batch. */
    void applied(long index) {
        if (index - store.lastIndex() >= intervalEntries
                && System.nanoTime() - lastTryNanos >= RETRY_NANOS
                && saving.compareAndSet(false, true)) {
            lastTryNanos = System.nanoTime();
            worker.execute(() -> node.snapshot(status -> saving.set(false)));
        }
    }

    /** The engine wants a snapshot at {@code index}, which is applied. On the apply thread. */
    void save(long index, Closure done) {
        worker.execute(() -> {
            try {
                done.run(makeDurable(index));
            } catch (IOException | RuntimeException e) {
                failures.fatal(e);
                done.run(new Status(RaftError.EIO, "cannot make the database durable: %s", e));
            }
        });
    }

    private Status makeDurable(long index) throws IOException {
        long durable = replica.persist();
        log.durablyApplied(durable);
        if (durable < index) {
            return new Status(RaftError.EAGAIN, "the database is durable up to %d, not %d", durable, index);
        }
        // A leader may have applied what its own log is still writing. A record past the end of the log would not open.
        for (long waited = 0; log.durableLastIndex() < index; waited += POLL_MILLIS) {
            if (waited > LOG_SYNC_MILLIS_MAX || failures.failed()) {
                return new Status(RaftError.EAGAIN, "the log has not reached %d", index);
            }
            sleep();
        }
        return Status.OK();
    }

    /** See {@link io.quorlite.replication.Replication#compactLog}. */
    CompletableFuture<Void> compact() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        worker.execute(() -> {
            try {
                compact(done);
            } catch (IllegalStateException e) {
                done.completeExceptionally(new ReplicationException(Kind.STOPPED, "stopping"));
            }
        });
        return done;
    }

    private void compact(CompletableFuture<Void> done) {
        long applied = node.getLastAppliedLogIndex();
        long before = store.lastIndex();
        if (applied - before < Math.max(1, tailEntries)) {
            if (tailEntries == 0 && applied == before && applied > 0) {
                cutToRecord(done);
            } else {
                done.complete(null); // what the log holds is the tail
            }
            return;
        }
        node.snapshot(status -> {
            if (!status.isOk()) {
                done.completeExceptionally(failure(status));
            } else if (tailEntries == 0) {
                cutToRecord(done);
            } else {
                worker.execute(() -> awaitCut(before + 1, done));
            }
        });
    }

    /** A snapshot asked for where there is nothing new makes the engine drop the log up to the last record. */
    private void cutToRecord(CompletableFuture<Void> done) {
        long record = store.lastIndex();
        node.snapshot(status -> worker.execute(() -> awaitCut(record + 1, done)));
    }

    private void awaitCut(long firstIndex, CompletableFuture<Void> done) {
        for (long waited = 0; log.getFirstLogIndex() < firstIndex; waited += POLL_MILLIS) {
            if (waited > CUT_MILLIS_MAX || failures.failed()) {
                done.completeExceptionally(
                        new ReplicationException(Kind.TIMEOUT, "the log was not cut up to " + firstIndex));
                return;
            }
            sleep();
        }
        done.complete(null);
    }

    private static ReplicationException failure(Status status) {
        Kind kind = status.getRaftError() == RaftError.EBUSY ? Kind.OVERLOADED : Kind.STOPPED;
        return new ReplicationException(kind, "no snapshot: " + status.getErrorMsg());
    }

    private static void sleep() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
