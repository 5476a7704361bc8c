package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.ClosedLoop;
import io.quorlite.benchmarks.load.Puts;
import io.quorlite.benchmarks.load.Seen;
import io.quorlite.benchmarks.load.Target;
import io.quorlite.benchmarks.servers.ServerGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Puts while every fdatasync and fsync takes 2 ms longer, as on a real disk, which strace sees to for both servers alike. */
final class SlowSync {
    private static final int DELAY_MICROS = 2_000;
    private static final double WARM_UP_SECONDS = 80;
    private static final List<Integer> IN_FLIGHT = List.of(1, 16, 128, 1000);

    private final int keys;
    private final double seconds;

    private SlowSync(int keys, double seconds) {
        this.keys = keys;
        this.seconds = seconds;
    }

    static Scenario with(int keys, double seconds) {
        List<String> names = Stream.of(Value.values())
                .flatMap(value -> IN_FLIGHT.stream()
                        .map(width -> "put " + value.name + ", fdatasync 2 ms slower, " + width + " in flight"))
                .toList();
        // With seccomp the tracer stops a server at these calls only; it slows the others hardly.
        List<String> strace = List.of(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-o",
                "/dev/null",
                "-e",
                "trace=fdatasync,fsync",
                "-e",
                "inject=fdatasync,fsync:delay_enter=" + DELAY_MICROS);
        return new Scenario(
                "slow sync", Scenario.inOrder(Unit.PER_SECOND, names), strace, new SlowSync(keys, seconds)::run);
    }

    private List<Sample> run(ServerGroup group) throws Exception {
        group.start();
        List<Sample> samples = new ArrayList<>();
        try (Target target = new Target(group.clientPorts())) {
            target.awaitFirstPut(60);
            new WarmUp(group, target, keys).run(WARM_UP_SECONDS);
            for (Value value : Value.values()) {
                ClosedLoop puts = new ClosedLoop(new Puts(target, keys, value.bytes));
                for (int width : IN_FLIGHT) {
                    samples.add(sample(group, puts, width));
                }
            }
        }
        return samples;
    }

    private Sample sample(ServerGroup group, ClosedLoop puts, int width) throws InterruptedException {
        puts.run(width, seconds); // what comes to rest from the row before is not this one's
        group.newPeak();
        long cpuBefore = group.cpuMicros();
        Seen seen = puts.run(width, seconds);
        return Sample.of(seen, group.cpuMicros() - cpuBefore, group.peakBytes());
    }

    private enum Value {
        SMALL("256 B", 256),
        LARGE("1 KiB", 1024);

        private final String name;
        private final int bytes;

        Value(String name, int bytes) {
            this.name = name;
            this.bytes = bytes;
        }
    }
}
