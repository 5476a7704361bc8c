package io.quorlite.sqlite;

import io.quorlite.benchmarks.micro.Samples;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.Revision;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The index of 10,000 keys. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyIndexBenchmark {
    private static final int UPDATES_KEPT = 1_000_000;

    private KeyIndex index = new KeyIndex();
    private long main = 1;
    private int next;

    public KeyIndexBenchmark() {
        fill();
    }

    private void fill() {
        index = new KeyIndex();
        for (int i = 0; i < Samples.KEYS; i++) {
            main++;
            index.append(Samples.key(i * 7919 % Samples.KEYS), Revision.pack(main, 0), false, main, 1);
        }
    }

    /** Appends another version, with the cost of making a key of text. */
    @Benchmark
    public void update() {
        main++;
        index.append(Samples.key(number()), Revision.pack(main, 0), false, main, 2);
        if (main % UPDATES_KEPT == 0) {
            fill();
        }
    }

    /** Finds the newest version, with the cost of making a key of text. */
    @Benchmark
    public long floor() {
        return index.floor(Samples.key(number()), Long.MAX_VALUE);
    }

    @Benchmark
    public long countAll() {
        return index.count(KeyRange.all(), Long.MAX_VALUE);
    }

    @Benchmark
    public long scanAll() {
        long[] sum = {0};
        index.scan(KeyRange.all(), Long.MAX_VALUE, (key, packed, history) -> {
            sum[0] += packed;
            return true;
        });
        return sum[0];
    }

    private int number() {
        next = (next + 7919) % Samples.KEYS;
        return next;
    }
}
