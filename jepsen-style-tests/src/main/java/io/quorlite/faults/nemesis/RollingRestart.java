package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** Every node in turn is told to stop ({@code SIGTERM}) and started again, as an upgrade does. */
final class RollingRestart implements Fault {
    private final FaultCluster cluster;
    private int next;

    RollingRestart(FaultCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public String begin(Random random) throws InterruptedException {
        next = (next + 1) % cluster.size();
        cluster.node(next).stop();
        return Targets.names(List.of(next));
    }

    @Override
    public void end() throws IOException, InterruptedException {
        cluster.start(next);
    }

    @Override
    public long holdMillis(Random random) {
        return random.nextInt(500);
    }
}
