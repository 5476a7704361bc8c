package io.quorlite.datastore;

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
 * Removes what compactions superseded, a slice at a time between batches of entries, also while none come. Thread-safe; slices
 * run on the maintenance thread, which takes turns with the apply thread as the writer.
 */
final class CompactionSweep {
    /** A slice keeps the apply thread waiting for some milliseconds. */
    private static final int SLICE_ROWS_MAX = 500;

    /** Between two slices, for the apply thread; 500 rows each leave room for tens of thousands a second. */
    private static final long PAUSE_MILLIS = 5;

    private static final Logger log = LoggerFactory.getLogger(CompactionSweep.class);

    private final StoreState state;
    private final ScheduledExecutorService maintenance;
    private final Consumer<Throwable> fatal;
    private final List<CompletableFuture<Void>> waiters = new ArrayList<>(); // guarded by this
    private boolean scheduled; // guarded by this
    private boolean again; // guarded by this

    CompactionSweep(StoreState state, ScheduledExecutorService maintenance, Consumer<Throwable> fatal) {
        this.state = state;
        this.maintenance = maintenance;
        this.fatal = fatal;
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

    private void schedule(long delayMillis) {
        try {
            maintenance.schedule(this::slice, delayMillis, TimeUnit.MILLISECONDS);
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
            boolean[] pending = new boolean[1];
            state.write((store, machine) ->
                    pending[0] = store.isCompactionPending() && !store.compactSlice(SLICE_ROWS_MAX));
            synchronized (this) {
                if (pending[0] || again) {
                    schedule(PAUSE_MILLIS);
                    return;
                }
                scheduled = false;
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
}
