package io.quorlite.datastore;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.InvalidRequestException;
import io.quorlite.mvcc.KeySpace;
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
 * the read pool, the small ones among them several at a time. Each reads from one consistent view of the database: its
 * revision is fixed first, rows and numbers are those of that revision. Thread-safe; does not block.
 */
final class ReadPath {
    private final StoreState state;
    private final ReadBarriers barriers;
    private final Executor pool;
    private final ReadOutcomes outcomes;
    private final SmallReads small;

    /**
     * @param threads how many {@code pool} has
     * @param fatal hears of what is no refusal: the database cannot be read, or what it says is damaged
     */
    ReadPath(StoreState state, ReadBarriers barriers, Executor pool, int threads, Consumer<Throwable> fatal) {
        this.state = state;
        this.barriers = barriers;
        this.pool = pool;
        this.outcomes = new ReadOutcomes(fatal);
        this.small = new SmallReads(state, pool, threads, outcomes);
    }

    CompletableFuture<RangeResult> range(Op.Range range, ReadLevel level) {
        return range(range, level, RangeResult::sink);
    }

    /** @param sinks makes what takes the rows; once more where a read has to begin again */
    <T> CompletableFuture<T> range(Op.Range range, ReadLevel level, Supplier<RangeSink<T>> sinks) {
        Function<KeySpace, T> evaluation =
                keys -> RangeEvaluator.range(keys, range, keys.currentRevision(), sinks.get());
        Runnable validation = () -> TxnValidator.validate(range);
        boolean isSmall = range.keys().single() || (range.countOnly() && range.revision() <= 0);
        if (!isSmall) {
            return validated(validation, () -> readLarge(level, evaluation));
        }
        boolean isNewest = range.keys().single() && !range.countOnly() && range.revision() <= 0;
        Bytes newestOf = isNewest ? range.keys().from() : null;
        return validated(validation, () -> readSmall(level, newestOf, evaluation));
    }

    /** @param txn one that cannot write */
    CompletableFuture<TxnResult> txn(Txn txn, int operationsMax, ReadLevel level) {
        return validated(
                () -> TxnValidator.validate(txn, operationsMax),
                () -> readLarge(level, keys -> TxnEvaluator.read(keys, txn, keys.currentRevision())));
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

    private static <T> CompletableFuture<T> validated(Runnable validation, Supplier<CompletableFuture<T>> read) {
        try {
            validation.run();
        } catch (InvalidRequestException e) {
            return CompletableFuture.failedFuture(Refusals.ofRequest(e));
        }
        return read.get();
    }

    private <T> CompletableFuture<T> readLarge(ReadLevel level, Function<KeySpace, T> evaluation) {
        return read(level, () -> state.use(store -> store.read(evaluation)));
    }

    /**
     * A read that needs neither another member nor the disk is over before another thread would have begun with it. One whose barrier
     * is passed later goes to the pool: the thread that passes it has many to let through, and other members to hear.
     *
     * @param newestOf the key whose newest version is wanted, if that is what it is
     */
    private <T> CompletableFuture<T> readSmall(
            ReadLevel level, @Nullable Bytes newestOf, Function<KeySpace, T> evaluation) {
        CompletableFuture<T> result = new CompletableFuture<>();
        if (level == ReadLevel.LINEARIZABLE) {
            CompletableFuture<Void> barrier = barriers.pass();
            if (!barrier.isDone() || barrier.isCompletedExceptionally()) {
                after(barrier, result, () -> small.add(newestOf, evaluation, result));
                return result;
            }
        }
        outcomes.complete(result, () -> state.useAtOnce(store -> store.readInMemory(evaluation)));
        if (!result.isDone()) {
            small.add(newestOf, evaluation, result);
        }
        return result;
    }

    /** Completes on a thread of the pool with what {@code read} returns there. */
    private <T> CompletableFuture<T> read(ReadLevel level, Supplier<T> read) {
        CompletableFuture<T> result = new CompletableFuture<>();
        if (level == ReadLevel.LINEARIZABLE) {
            after(barriers.pass(), result, () -> run(result, read));
        } else {
            run(result, read);
        }
        return result;
    }

    private static void after(CompletableFuture<Void> barrier, CompletableFuture<?> result, Runnable read) {
        barrier.whenComplete((passed, failure) -> {
            if (failure == null) {
                read.run();
            } else {
                result.completeExceptionally(Refusals.of(failure));
            }
        });
    }

    private <T> void run(CompletableFuture<T> result, Supplier<T> read) {
        try {
            pool.execute(() -> outcomes.complete(result, read));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(ReadOutcomes.overloaded());
        }
    }
}
