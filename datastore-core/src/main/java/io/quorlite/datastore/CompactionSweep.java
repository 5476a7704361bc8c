package io.quorlite.datastore;

import io.quorlite.sqlite.Store;
import io.quorlite.statemachine.KvStateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what compactions superseded, a slice at a time between batches of entries: at a fifteenth of the writer's time while writes
 * come in, without pauses while none do. Thread-safe; slices run on the maintenance thread, which takes turns with the apply
 * thread as the writer.
 */
final class CompactionSweep {
    /** A slice keeps the apply thread waiting for a millisecond or two. */
    private static final int SLICE_ROWS_MAX = 200;

    /** How many times as long as a slice the pause after it is, for the apply thread, where writes come in. */
    private static final int PAUSE_SHARE = 14;

    /** The same where the next compaction came before this one was swept: what is superseded must not grow without end. */
    private static final int PAUSE_SHARE_BEHIND = 1;

    private static final Logger log = LoggerFactory.getLogger(CompactionSweep.class);

    private final StoreState state;
    private final ScheduledExecutorService maintenance;
    private final Consumer<Throwable> fatal;
    private final List<CompletableFuture<Void>> waiters = new ArrayList<>(); // guarded by this
    private boolean scheduled; // guarded by this
    private boolean again; // guarded by this
    private boolean behind; // guarded by this
    private long revisionSeen; // the maintenance thread's

    CompactionSweep(StoreState state, ScheduledExecutorService maintenance, Consumer<Throwable> fatal) {
        this.state = state;
        this.maintenance = maintenance;
        this.fatal = fatal;
    }

    /** A compaction was applied. */
    synchronized void compacted() {
        behind = scheduled;
        wake();
    }

    /** There may be something to do. */
    synchronized void wake() {
        again = true;
        if (!scheduled) {
            scheduled = true;
            schedule(0);
        }
    }

    /** Completes when nothing of compactions applied before the call is left to do. */
    synchronized CompletableFuture<Void> swept() {
        CompletableFuture<Void> swept = new CompletableFuture<>();
        waiters.add(swept);
        wake();
        return swept;
    }

    synchronized void stop(DatastoreException reason) {
        waiters.forEach(waiter -> waiter.completeExceptionally(reason));
        waiters.clear();
    }

    private void schedule(long delayNanos) {
        try {
            maintenance.schedule(this::slice, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("closing: the rest is swept after the next start");
        }
    }

    private void slice() {
        List<CompletableFuture<Void>> told;
        try {
            synchronized (this) {
                again = false;
            }
            Slice slice = new Slice();
            state.write(slice);
            boolean written = slice.revision != revisionSeen;
            revisionSeen = slice.revision;
            synchronized (this) {
                if (slice.pending || again) {
                    schedule(written ? slice.nanos * (behind ? PAUSE_SHARE_BEHIND : PAUSE_SHARE) : 0);
                    return;
                }
                scheduled = false;
                behind = false;
                told = List.copyOf(waiters);
                waiters.clear();
            }
        } catch (DatastoreException stopped) {
            return;
        } catch (RuntimeException | Error e) {
            fatal.accept(e);
            return;
        }
        told.forEach(waiter -> waiter.complete(null));
    }

    /** One slice, and what it saw. */
    private static final class Slice implements StoreState.Batch {
        private boolean pending;
        private long nanos;
        private long revision;

        @Override
        public void write(Store store, KvStateMachine machine) {
            long start = System.nanoTime(); // not before: the wait for the apply thread is no work
            pending = store.isCompactionPending() && !store.compactSlice(SLICE_ROWS_MAX);
            nanos = System.nanoTime() - start;
            revision = store.position().revision();
        }
    }
}
