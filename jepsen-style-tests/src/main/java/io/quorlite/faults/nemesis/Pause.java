package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** {@code SIGSTOP} and {@code SIGCONT}: a node that was away and does not know it. */
final class Pause implements Fault {
    private final FaultCluster cluster;
    private final Targets targets;
    private List<Integer> hit = List.of();

    Pause(FaultCluster cluster, Targets targets) {
        this.cluster = cluster;
        this.targets = targets;
    }

    @Override
    public String begin(Random random) throws IOException, InterruptedException {
        hit = targets.choose(cluster, random);
        for (int member : hit) {
            cluster.node(member).pause();
        }
        return Targets.names(hit);
    }

    @Override
    public void end() throws IOException, InterruptedException {
        for (int member : hit) {
            cluster.node(member).resume();
        }
    }

    /** Half a second to thirty, the short ones more often: 0.5 · 60^x. */
    @Override
    public long holdMillis(Random random) {
        return Math.round(500 * Math.pow(60, Math.pow(random.nextDouble(), 2)));
    }
}
