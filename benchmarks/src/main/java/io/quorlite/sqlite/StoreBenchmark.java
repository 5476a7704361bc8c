package io.quorlite.sqlite;

import io.quorlite.benchmarks.micro.Samples;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.LeaseAttachments;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.RangeEvaluator;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnEvaluator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The store with 10,000 keys of 1 KiB: batches of 100 puts and of 100 guarded updates by the evaluator, each one transaction,
 * reads of one key and of 500. With {@code hot} 0 reads come from SQLite, else from memory.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StoreBenchmark {
    private static final int BATCH = 100;
    private static final int ROWS = 500;
    private static final int KEPT_MAX = 200_000;

    @Param({"0", "33554432"})
    private long hot = 0;

    private final Path folder = Samples.folder();
    private final Bytes value = Samples.value(1024);
    private SqliteStore store = open(0);
    private TxnEvaluator evaluator = new TxnEvaluator(store.keySpace(), NO_LEASES);
    private long index;
    private long compacted;
    private int next;

    private SqliteStore open(long hotBytes) {
        try {
            return SqliteStore.open(folder.resolve("jmh.db"), 2, hotBytes, failure -> {
                throw new IllegalStateException(failure);
            });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Setup(Level.Trial)
    public void fill() {
        store.close();
        store = open(hot);
        evaluator = new TxnEvaluator(store.keySpace(), NO_LEASES);
        for (int i = 0; i < Samples.KEYS / BATCH; i++) {
            appendPuts();
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void appendPuts() {
        store.begin();
        for (int i = 0; i < BATCH; i++) {
            evaluator.apply(Txn.of(put(Samples.key(number()))));
        }
        commit();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void applyUpdates() {
        store.begin();
        for (int i = 0; i < BATCH; i++) {
            Bytes key = Samples.key(number());
            evaluator.apply(new Txn(
                    List.of(Compare.number(key, Compare.Target.VERSION, Compare.Relation.GREATER, 0)),
                    List.of(put(key)),
                    List.of(Op.Range.of(KeyRange.single(key)))));
        }
        commit();
    }

    @Benchmark
    public Optional<KeyValue> get() {
        Bytes key = Samples.key(number());
        return store.read(keys -> Optional.ofNullable(keys.get(key, keys.currentRevision())));
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public RangeResult list() {
        return store.read(
                keys -> RangeEvaluator.range(keys, Op.Range.of(KeyRange.all(), 0, ROWS), keys.currentRevision()));
    }

    private void commit() {
        store.commit(++index, 1, 0);
        if (store.position().revision() - compacted > KEPT_MAX) {
            compacted = store.position().revision();
            store.begin();
            store.keySpace().compact(compacted);
            store.commit(++index, 1, 0);
        }
        if (store.isCompactionPending()) {
            store.compactSlice(4 * BATCH);
        }
    }

    private Op.Put put(Bytes key) {
        return new Op.Put(key, value, 0, false, false, false);
    }

    private int number() {
        next = (next + 7919) % Samples.KEYS;
        return next;
    }

    @TearDown
    public void close() throws IOException {
        store.close();
        Samples.delete(folder);
    }

    private static final LeaseAttachments NO_LEASES = new LeaseAttachments() {
        @Override
        public boolean exists(long leaseId) {
            return false;
        }

        @Override
        public long leaseOf(Bytes key) {
            return 0;
        }

        @Override
        public void attach(long leaseId, Bytes key) {}

        @Override
        public void detach(Bytes key) {}
    };
}
