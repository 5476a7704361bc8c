package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.util.Random;

/** Links that take long, each for itself: a heartbeat may come later than an election timeout. */
final class SlowLinks implements Fault {
    private static final int DELAY_MILLIS_MAX = 300;

    private final FaultCluster cluster;

    SlowLinks(FaultCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public String begin(Random random) {
        for (int from = 0; from < cluster.size(); from++) {
            for (int to = 0; to < cluster.size(); to++) {
                cluster.network().rules().delay(from, to, random.nextInt(DELAY_MILLIS_MAX));
            }
        }
        return "every link";
    }

    @Override
    public void end() {
        cluster.network().rules().heal();
    }
}
