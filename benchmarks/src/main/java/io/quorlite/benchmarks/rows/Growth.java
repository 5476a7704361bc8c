package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.ClosedLoop;
import io.quorlite.benchmarks.load.Operation;
import io.quorlite.benchmarks.load.Puts;
import io.quorlite.benchmarks.load.Reads;
import io.quorlite.benchmarks.load.Target;
import io.quorlite.benchmarks.servers.ServerGroup;
import java.util.ArrayList;
import java.util.List;

/** How much of the rate with few keys is left with many, each kind of server against itself. */
final class Growth {
    private static final int FEW = 10_000;
    private static final double WARM_UP_SECONDS = 60;
    private static final int REPETITIONS = 3;

    private final int many;
    private final double seconds;

    private Growth(int many, double seconds) {
        this.many = many;
        this.seconds = seconds;
    }

    static Scenario with(int many, double seconds) {
        String suffix = String.format(", %,d keys against %,d", many, FEW);
        return new Scenario(
                "growth",
                Scenario.inOrder(
                        Unit.PERCENT_LEFT,
                        List.of(
                                "put 1 KiB, 128 in flight" + suffix,
                                "get, 128 in flight" + suffix,
                                "list 500" + suffix)),
                List.of(),
                new Growth(many, seconds)::run);
    }

    private List<Sample> run(ServerGroup group) throws Exception {
        group.start();
        List<Sample> samples = new ArrayList<>();
        try (Target target = new Target(group.clientPorts())) {
            target.awaitFirstPut(60);
            new WarmUp(group, target, FEW).run(WARM_UP_SECONDS);
            double[] few = rates(target, FEW);
            Filling.fill(target, many);
            double[] filled = rates(target, many);
            for (int i = 0; i < few.length; i++) {
                samples.add(Sample.of(100 * filled[i] / few[i]));
            }
        }
        return samples;
    }

    private double[] rates(Target target, int keys) throws InterruptedException {
        return new double[] {
            rate(new Puts(target, keys, Filling.VALUE_BYTES), 128),
            rate(Reads.get(target, keys, false), 128),
            rate(Reads.list(target, 500), 1)
        };
    }

    private double rate(Operation operation, int inFlight) throws InterruptedException {
        ClosedLoop loop = new ClosedLoop(operation);
        loop.run(inFlight, seconds);
        double[] rates = new double[REPETITIONS];
        for (int i = 0; i < REPETITIONS; i++) {
            rates[i] = loop.run(inFlight, seconds).perSecond();
        }
        return Row.middle(rates);
    }
}
