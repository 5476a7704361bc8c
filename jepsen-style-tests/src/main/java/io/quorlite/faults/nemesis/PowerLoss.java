package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** The disks stop at once and what was not synced is gone; then the processes are killed. The end is a restart. */
final class PowerLoss implements Fault {
    private final FaultCluster cluster;
    private final Targets targets;
    private List<Integer> hit = List.of();

    PowerLoss(FaultCluster cluster, Targets targets) {
        this.cluster = cluster;
        this.targets = targets;
    }

    @Override
    public String begin(Random random) throws IOException, InterruptedException {
        hit = targets.choose(cluster, random);
        for (int member : hit) {
            // The process dies with it: a node that goes on without its disk could answer, which no dead machine does.
            cluster.node(member).pause();
            cluster.disk(member, "a power loss").powerOff();
            cluster.node(member).kill();
        }
        return Targets.names(hit);
    }

    @Override
    public void end() throws IOException, InterruptedException {
        for (int member : hit) {
            cluster.disk(member, "a power loss").powerOn();
        }
        for (int member : hit) {
            cluster.start(member);
        }
    }

    @Override
    public long holdMillis(Random random) {
        return random.nextInt(2_000);
    }
}
