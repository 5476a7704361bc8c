package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** Wall clocks of some nodes jump by up to ten minutes, or run at another speed. Monotonic clocks stay as they are. */
final class ClockJumps implements Fault {
    private static final List<String> OFFSETS = List.of("-600", "+600", "-5", "+5", "+0 x2", "+0 x0.5");

    private final FaultCluster cluster;

    ClockJumps(FaultCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public String begin(Random random) throws IOException {
        StringBuilder what = new StringBuilder();
        for (int member = 0; member < cluster.size(); member++) {
            if (random.nextBoolean()) {
                String offset = OFFSETS.get(random.nextInt(OFFSETS.size()));
                cluster.setClock(member, offset);
                what.append(what.isEmpty() ? "" : ", ")
                        .append(FaultCluster.name(member))
                        .append(' ')
                        .append(offset);
            }
        }
        return what.isEmpty() ? "nobody" : what.toString();
    }

    @Override
    public void end() throws IOException {
        for (int member = 0; member < cluster.size(); member++) {
            cluster.setClock(member, "+0");
        }
    }
}
