package io.quorlite.datastore;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.InvalidRequestException;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.RangeEvaluator;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.mvcc.RangeSink;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnEvaluator;
import io.quorlite.mvcc.TxnResult;
import io.quorlite.mvcc.TxnValidator;
import io.quorlite.sqlite.HistoryHash;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs reads, linearizable ones after a read barrier: small ones that find all they need in memory on the thread that asks, others on
 * the read pool. Each reads from one consistent view of the database: its
 * revision is fixed first, rows and numbers are those of that revision. Thread-safe; does not block.
 */
final class ReadPath {
    private final StoreState state;
    private final ReadBarriers barriers;
    private final Executor pool;
    private final Consumer<Throwable> fatal;

    /** @param fatal hears of what is no refusal: the database cannot be read, or what it says is damaged */
    ReadPath(StoreState state, ReadBarriers barriers, Executor pool, Consumer<Throwable> fatal) {
        this.state = state;
        this.barriers = barriers;
        this.pool = pool;
        this.fatal = fatal;
    }

    CompletableFuture<RangeResult> range(Op.Range range, ReadLevel level) {
        return range(range, level, RangeResult::sink);
    }

    /** @param sinks makes what takes the rows; once more where a read has to begin again */
    <T> CompletableFuture<T> range(Op.Range range, ReadLevel level, Supplier<RangeSink<T>> sinks) {
        Function<KeySpace, T> evaluation =
                keys -> RangeEvaluator.range(keys, range, keys.currentRevision(), sinks.get());
        boolean isSmall = range.keys().single() || (range.countOnly() && range.revision() <= 0);
        return validated(() -> TxnValidator.validate(range), level, isSmall, evaluation);
    }

    /** @param txn one that cannot write */
    CompletableFuture<TxnResult> txn(Txn txn, int operationsMax, ReadLevel level) {
        return validated(
                () -> TxnValidator.validate(txn, operationsMax),
                level,
                false,
                keys -> TxnEvaluator.read(keys, txn, keys.currentRevision()));
    }

    /** Completes with the revision that a linearizable read finds. */
    CompletableFuture<Long> check() {
        return read(ReadLevel.LINEARIZABLE, state::revision);
    }

    CompletableFuture<HashResult> hash(long revision) {
        return read(ReadLevel.SERIALIZABLE, () -> {
            HistoryHash hash = state.use(store -> store.hash(revision));
            return new HashResult(hash.hash(), hash.revision(), hash.compactRevision(), hash.currentRevision());
        });
    }

    /** @param isSmall whether it is worth a try in memory, on the thread that asks */
    private <T> CompletableFuture<T> validated(
            Runnable validation, ReadLevel level, boolean isSmall, Function<KeySpace, T> evaluation) {
        try {
            validation.run();
        } catch (InvalidRequestException e) {
            return CompletableFuture.failedFuture(Refusals.ofRequest(e));
        }
        Supplier<T> onThePool = () -> state.use(store -> store.read(evaluation));
        return isSmall
                ? readSmall(level, () -> state.useAtOnce(store -> store.readInMemory(evaluation)), onThePool)
                : read(level, onThePool);
    }

    /**
     * A read that needs neither another member nor the disk is over before another thread would have begun with it. One whose barrier
     * is passed later goes to the pool: the thread that passes it has many to let through, and other members to hear.
     */
    private <T> CompletableFuture<T> readSmall(ReadLevel level, Supplier<@Nullable T> inMemory, Supplier<T> onThePool) {
        if (level == ReadLevel.LINEARIZABLE) {
            CompletableFuture<Void> barrier = barriers.pass();
            if (!barrier.isDone() || barrier.isCompletedExceptionally()) {
                return readAfter(barrier, onThePool);
            }
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        complete(result, inMemory);
        if (!result.isDone()) {
            run(result, onThePool);
        }
        return result;
    }

    /** Completes on a thread of the pool with what {@code read} returns there. */
    private <T> CompletableFuture<T> read(ReadLevel level, Supplier<T> read) {
        if (level == ReadLevel.LINEARIZABLE) {
            return readAfter(barriers.pass(), read);
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        run(result, read);
        return result;
    }

    private <T> CompletableFuture<T> readAfter(CompletableFuture<Void> barrier, Supplier<T> read) {
        CompletableFuture<T> result = new CompletableFuture<>();
        barrier.whenComplete((passed, failure) -> {
            if (failure == null) {
                run(result, read);
            } else {
                result.completeExceptionally(Refusals.of(failure));
            }
        });
        return result;
    }

    private <T> void run(CompletableFuture<T> result, Supplier<T> read) {
        try {
            pool.execute(() -> complete(result, read));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    new DatastoreException(Kind.OVERLOADED, "too many reads are waiting, or the store is closing"));
        }
    }

    /** Completes {@code result} unless {@code read} returns null. */
    private <T> void complete(CompletableFuture<T> result, Supplier<? extends @Nullable T> read) {
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
}
