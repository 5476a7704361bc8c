package io.quorlite.etcd;

import io.quorlite.benchmarks.micro.Samples;
import io.quorlite.mvcc.KeyValue;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The reply to a list of 500 rows of 1 KiB; figures are for one row. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RangeEncoderBenchmark {
    private static final int ROWS = 500;

    private final NodeIdentity identity = new NodeIdentity(11, 12, () -> 13);
    private final ReplyChunks chunks = new ReplyChunks();
    private final List<KeyValue> rows = IntStream.range(0, ROWS)
            .mapToObj(i -> new KeyValue(Samples.key(i), Samples.value(1024), 100_000 + i, 200_000 + i, 3, 0))
            .toList();

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public EncodedReply list() {
        RangeEncoder encoder = new RangeEncoder(identity, chunks);
        for (KeyValue row : rows) {
            encoder.row(row);
        }
        EncodedReply reply = encoder.end(300_000, ROWS, false);
        reply.written();
        return reply;
    }
}
