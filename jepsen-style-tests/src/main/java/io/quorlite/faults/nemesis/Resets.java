package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.util.Random;

/** Every connection between members is broken with a reset, several times a second at worst. */
final class Resets implements Fault {
    private final FaultCluster cluster;

    Resets(FaultCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public String begin(Random random) {
        cluster.network().resetAll();
        return "every link";
    }

    @Override
    public void end() {
        cluster.network().resetAll();
    }

    @Override
    public long holdMillis(Random random) {
        return 100 + random.nextInt(900);
    }
}
