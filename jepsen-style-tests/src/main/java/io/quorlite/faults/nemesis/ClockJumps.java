package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Wall clocks of some nodes jump by up to ten minutes, or run at another speed. Monotonic clocks stay as they are. */
final class ClockJumps implements Fault {
    private record Wrong(String words, Duration offset, double speed) {
        static Wrong by(long seconds) {
            return new Wrong((seconds > 0 ? "+" : "") + seconds + " s", Duration.ofSeconds(seconds), 1);
        }

        static Wrong at(double speed) {
            return new Wrong("x" + speed, Duration.ZERO, speed);
        }
    }

    private static final List<Wrong> CLOCKS =
            List.of(Wrong.by(-600), Wrong.by(600), Wrong.by(-5), Wrong.by(5), Wrong.at(2), Wrong.at(0.5));

    private final FaultCluster cluster;

    ClockJumps(FaultCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public String begin(Random random) {
        StringBuilder what = new StringBuilder();
        for (int member = 0; member < cluster.size(); member++) {
            if (random.nextBoolean()) {
                Wrong wrong = CLOCKS.get(random.nextInt(CLOCKS.size()));
                cluster.clock(member).set(wrong.offset(), wrong.speed());
                what.append(what.isEmpty() ? "" : ", ")
                        .append(FaultCluster.name(member))
                        .append(' ')
                        .append(wrong.words());
            }
        }
        return what.isEmpty() ? "nobody" : what.toString();
    }

    @Override
    public void end() {
        for (int member = 0; member < cluster.size(); member++) {
            cluster.clock(member).set(Duration.ZERO, 1);
        }
    }
}
