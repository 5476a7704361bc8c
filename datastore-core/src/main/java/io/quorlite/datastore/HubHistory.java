package io.quorlite.datastore;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import io.quorlite.sqlite.HistoryBatch;
import io.quorlite.watch.WatchBatch;
import io.quorlite.watch.WatchHistory;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The database's history as watchers read it. Thread-safe. */
final class HubHistory implements WatchHistory {
    private final StoreState state;
    private final Consumer<Throwable> fatal;

    /** @param fatal hears of what is no refusal: the database cannot be read, or what it says is damaged */
    HubHistory(StoreState state, Consumer<Throwable> fatal) {
        this.state = state;
        this.fatal = fatal;
    }

    @Override
    public WatchBatch read(long fromMain, long toMain, Predicate<Bytes> wanted, int revisionsMax, long bytesMax) {
        if (toMain > state.revision()) {
            // Watchers hear of a revision just before readers see it, and this is a reader.
            state.awaitVisible();
        }
        return guarded(() -> {
            try {
                HistoryBatch batch =
                        state.use(store -> store.history(fromMain, toMain, wanted, false, revisionsMax, bytesMax));
                return new WatchBatch(batch.events(), batch.nextRevision() - 1);
            } catch (MvccException compacted) {
                // Whoever needs this revision is told so, by the compacted revision; others lose nothing.
                return new WatchBatch(List.of(), fromMain);
            }
        });
    }

    @Override
    public long compactRevision() {
        return state.position().compactRevision();
    }

    @Override
    public @Nullable KeyValue before(Bytes key, long mainRevision) {
        return guarded(() -> {
            try {
                return state.use(store -> store.read(
                        keys -> mainRevision - 1 < keys.compactRevision() ? null : keys.get(key, mainRevision - 1)));
            } catch (MvccException compacted) {
                return null;
            }
        });
    }

    private <T extends @Nullable Object> T guarded(Supplier<T> read) {
        try {
            return read.get();
        } catch (DatastoreException refused) {
            throw refused;
        } catch (RuntimeException | Error e) {
            fatal.accept(e);
            throw e;
        }
    }
}
