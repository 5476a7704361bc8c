package io.quorlite.datastore;

import io.quorlite.mvcc.MvccException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells who asked what became of a read. Thread-safe. */
final class ReadOutcomes {
    private final Consumer<Throwable> fatal;

    /** @param fatal hears of what is no refusal: the database cannot be read, or what it says is damaged */
    ReadOutcomes(Consumer<Throwable> fatal) {
        this.fatal = fatal;
    }

    /** Completes {@code result} with what {@code read} returns or throws, unless it returns null. */
    <T> void complete(CompletableFuture<T> result, Supplier<? extends @Nullable T> read) {
        T value;
        try {
            value = read.get();
        } catch (MvccException | DatastoreException refused) {
            result.completeExceptionally(Refusals.of(refused));
            return;
        } catch (RuntimeException | Error e) {
            fatal.accept(e);
            result.completeExceptionally(Refusals.of(e));
            return;
        }
        if (value != null) {
            result.complete(value);
        }
    }

    static DatastoreException overloaded() {
        return new DatastoreException(
                DatastoreException.Kind.OVERLOADED, "too many reads are waiting, or the store is closing");
    }
}
