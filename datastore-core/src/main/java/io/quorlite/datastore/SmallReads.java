package io.quorlite.datastore;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeySpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one key, or of a number, that could not be answered by the thread that asked: those that came meanwhile are answered
 * together, so that rows which are not in memory are fetched by one query for many. Nobody waits for company: a read that comes alone is
 * answered alone. Thread-safe; does not block.
 */
final class SmallReads {
    private static final int TOGETHER_MAX = 64;

    /** @param key whose newest version is wanted; null where it is not known, or another is */
    private record Waiting<T>(@Nullable Bytes key, Function<KeySpace, T> evaluation, CompletableFuture<T> result) {}

    private final StoreState state;
    private final Executor pool;
    private final ReadOutcomes outcomes;
    private final int workersMax;
    private final Queue<Waiting<?>> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger workers = new AtomicInteger();

    /** @param workersMax how many threads of {@code pool} answer at the same time, where there is enough to do */
    SmallReads(StoreState state, Executor pool, int workersMax, ReadOutcomes outcomes) {
        this.state = state;
        this.pool = pool;
        this.workersMax = workersMax;
        this.outcomes = outcomes;
    }

    /** Completes {@code result} on a thread of the pool. */
    <T> void add(@Nullable Bytes key, Function<KeySpace, T> evaluation, CompletableFuture<T> result) {
        if (waiting.incrementAndGet() > NodeThreads.WAITING_READS_MAX) {
            waiting.decrementAndGet();
            result.completeExceptionally(ReadOutcomes.overloaded());
            return;
        }
        queue.add(new Waiting<>(key, evaluation, result));
        beginWorker();
    }

    /** One worker is enough until more is waiting than it takes at once. */
    private void beginWorker() {
        int now = workers.get();
        while (now == 0 || (now < workersMax && waiting.get() > now * TOGETHER_MAX)) {
            if (workers.compareAndSet(now, now + 1)) {
                try {
                    pool.execute(this::work);
                } catch (RejectedExecutionException e) {
                    workers.decrementAndGet();
                    refuseAll();
                }
                return;
            }
            now = workers.get();
        }
    }

    private void refuseAll() {
        for (Waiting<?> one = queue.poll(); one != null; one = queue.poll()) {
            waiting.decrementAndGet();
            one.result().completeExceptionally(ReadOutcomes.overloaded());
        }
    }

    private void work() {
        List<Waiting<?>> batch = new ArrayList<>(TOGETHER_MAX);
        while (take(batch)) {
            answer(batch);
            batch.clear();
        }
        workers.decrementAndGet();
        if (!queue.isEmpty()) { // it came after the last look, when this worker still counted
            beginWorker();
        }
    }

    private boolean take(List<Waiting<?>> batch) {
        while (batch.size() < TOGETHER_MAX) {
            Waiting<?> one = queue.poll();
            if (one == null) {
                break;
            }
            batch.add(one);
        }
        waiting.addAndGet(-batch.size());
        return !batch.isEmpty();
    }

    private void answer(List<Waiting<?>> batch) {
        batch.forEach(this::tryInMemory);
        batch.removeIf(one -> one.result().isDone());
        if (batch.size() > 1) {
            prefetch(batch);
            batch.forEach(this::tryInMemory);
            batch.removeIf(one -> one.result().isDone());
        }
        batch.forEach(this::read); // one that came alone, and what is too large for memory
    }

    private <T> void tryInMemory(Waiting<T> one) {
        outcomes.complete(one.result(), () -> state.useAtOnce(store -> store.readInMemory(one.evaluation())));
    }

    /** What it fetches the reads behind it find in memory. Whether it failed they find out themselves. */
    private void prefetch(List<Waiting<?>> batch) {
        List<Bytes> keys = new ArrayList<>(batch.size());
        for (Waiting<?> one : batch) {
            if (one.key() != null) {
                keys.add(one.key());
            }
        }
        CompletableFuture<Boolean> fetched = new CompletableFuture<>();
        outcomes.complete(
                fetched,
                () -> state.use(store -> {
                    store.prefetch(keys);
                    return true;
                }));
    }

    private <T> void read(Waiting<T> one) {
        outcomes.complete(one.result(), () -> state.use(store -> store.read(one.evaluation())));
    }
}
