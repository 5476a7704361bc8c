package io.quorlite.benchmarks.micro;

import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreConfig;
import io.quorlite.datastore.ReadLevel;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.OpResult;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a caller of the embedded store waits for, one call at a time: a group of one, on this disk, values of 1 KiB. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class EmbeddedLatencyBenchmark {
    private final Path folder = Samples.folder();
    private final Bytes value = Samples.value(1024);
    private final Datastore store = open(folder);
    private final long[] revisions = new long[Samples.KEYS];
    private int next;

    public EmbeddedLatencyBenchmark() {
        for (int i = 0; i < Samples.KEYS; i++) {
            revisions[i] = store.put(put(i)).join().revision();
        }
    }

    private static Datastore open(Path folder) {
        try {
            return Datastore.open(DatastoreConfig.inDirectory(folder));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Benchmark
    public OpResult.Put put() {
        int number = number();
        OpResult.Put result = store.put(put(number)).join();
        revisions[number] = result.revision();
        return result;
    }

    @Benchmark
    public RangeResult get() {
        return store.range(Op.Range.of(KeyRange.single(Samples.key(number()))), ReadLevel.LINEARIZABLE)
                .join();
    }

    @Benchmark
    public TxnResult updateTxn() {
        int number = number();
        Bytes key = Samples.key(number);
        Txn txn = new Txn(
                List.of(Compare.modRevision(key, revisions[number])),
                List.of(put(number)),
                List.of(Op.Range.of(KeyRange.single(key))));
        TxnResult result = store.txn(txn, ReadLevel.LINEARIZABLE).join();
        if (!result.succeeded()) {
            throw new IllegalStateException("nobody else writes");
        }
        revisions[number] = result.revision();
        return result;
    }

    private Op.Put put(int number) {
        return new Op.Put(Samples.key(number), value, 0, false, false, false);
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
}
