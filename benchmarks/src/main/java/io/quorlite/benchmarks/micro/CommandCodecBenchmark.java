package io.quorlite.benchmarks.micro;

import io.quorlite.command.Command;
import io.quorlite.command.CommandCodec;
import io.quorlite.command.Proposal;
import io.quorlite.command.RequestId;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.Txn;
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

/** An entry of 32 puts of 1 KiB to and from its bytes; figures are for one put. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CommandCodecBenchmark {
    private static final int PUTS = 32;

    private final List<Proposal> proposals = IntStream.range(0, PUTS)
            .mapToObj(i -> new Proposal(
                    new RequestId(7, i),
                    new Command.Write(Txn.of(new Op.Put(Samples.key(i), Samples.value(1024), 0, false, false, false)))))
            .toList();
    private final byte[] entry = CommandCodec.encode(proposals);

    @Benchmark
    @OperationsPerInvocation(PUTS)
    public byte[] encode() {
        return CommandCodec.encode(proposals);
    }

    @Benchmark
    @OperationsPerInvocation(PUTS)
    public List<Proposal> decode() {
        return CommandCodec.decode(entry);
    }
}
