package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** {@code kill -9}; the end is a restart. What the operating system was handed survives. */
final class Crash implements Fault {
    private final FaultCluster cluster;
    private final Targets targets;
    private List<Integer> hit = List.of();

    Crash(FaultCluster cluster, Targets targets) {
        this.cluster = cluster;
        this.targets = targets;
    }

    @Override
    public String begin(Random random) throws InterruptedException {
        hit = targets.choose(cluster, random);
        for (int member : hit) {
            cluster.node(member).kill();
        }
        return Targets.names(hit);
    }

    @Override
    public void end() throws IOException, InterruptedException {
        for (int member : hit) {
            cluster.start(member);
        }
    }

    @Override
    public long holdMillis(Random random) {
        return random.nextInt(3_000);
    }
}
