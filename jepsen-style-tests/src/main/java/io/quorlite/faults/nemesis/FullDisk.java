package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** No space is left, but for a little. A node may stop of it; it runs again when there is space. */
final class FullDisk implements Fault {
    private static final int LEFT_BYTES_MAX = 512 << 10;

    private final FaultCluster cluster;
    private final Targets targets;
    private List<Integer> hit = List.of();

    FullDisk(FaultCluster cluster, Targets targets) {
        this.cluster = cluster;
        this.targets = targets;
    }

    @Override
    public String begin(Random random) throws IOException, InterruptedException {
        hit = targets.choose(cluster, random);
        for (int member : hit) {
            cluster.disk(member, "a full disk").fill(random.nextInt(LEFT_BYTES_MAX));
        }
        return Targets.names(hit);
    }

    @Override
    public void end() throws IOException, InterruptedException {
        for (int member : hit) {
            cluster.disk(member, "a full disk").empty();
        }
        for (int member : hit) {
            cluster.start(member);
        }
    }

    @Override
    public long holdMillis(Random random) {
        return 3_000 + random.nextInt(5_000);
    }
}
