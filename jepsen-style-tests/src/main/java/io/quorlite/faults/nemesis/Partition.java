package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import io.quorlite.faults.cluster.LinkRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Members that do not hear of each other, while clients reach them all. */
final class Partition implements Fault {
    /** Who is cut off from whom. */
    enum Shape {
        ONE,
        LEADER,
        /** A majority on one side, chosen anew each time. */
        HALVES,
        /** Everyone hears a majority, no two of them the same one. With three members: one link is cut. */
        RING,
        /** One member is heard by the others and hears nothing. */
        DEAF,
        /** One member, the leader as a rule, hears the others and is not heard. */
        MUTE
    }

    private final FaultCluster cluster;
    private final Shape shape;

    Partition(FaultCluster cluster, Shape shape) {
        this.cluster = cluster;
        this.shape = shape;
    }

    @Override
    public String begin(Random random) throws InterruptedException {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, cluster.size()).boxed().toList());
        Collections.shuffle(order, random);
        int one = order.get(0);
        int leader = cluster.awaitLeader(Duration.ofSeconds(5));
        if (leader >= 0 && (shape == Shape.LEADER || (shape == Shape.MUTE && random.nextInt(3) > 0))) {
            one = leader;
        }
        switch (shape) {
            case ONE, LEADER -> cut(List.of(one), true, true);
            case HALVES -> cut(order.subList(0, cluster.size() / 2), true, true);
            case DEAF -> cut(List.of(one), true, false);
            case MUTE -> cut(List.of(one), false, true);
            case RING -> ring(order);
        }
        return switch (shape) {
            case HALVES -> Targets.names(order.subList(0, cluster.size() / 2));
            case RING -> "ring " + Targets.names(order);
            default -> Targets.names(List.of(one));
        };
    }

    private void cut(List<Integer> side, boolean inwards, boolean outwards) {
        LinkRules rules = cluster.network().rules();
        for (int member : side) {
            for (int other = 0; other < cluster.size(); other++) {
                if (!side.contains(other)) {
                    if (inwards) {
                        rules.hold(other, member);
                    }
                    if (outwards) {
                        rules.hold(member, other);
                    }
                }
            }
        }
    }

    /** Each keeps its neighbours in a circle, as many on each side as make a majority. */
    private void ring(List<Integer> order) {
        int size = order.size();
        int reach = size / 4;
        for (int a = 0; a < size; a++) {
            for (int b = 0; b < size; b++) {
                int distance = Math.min(Math.floorMod(a - b, size), Math.floorMod(b - a, size));
                boolean cutInThree = size == 3 && a + b == 1;
                if (cutInThree || (size > 3 && distance > reach)) {
                    cluster.network().rules().hold(order.get(a), order.get(b));
                }
            }
        }
    }

    @Override
    public void end() {
        cluster.network().rules().heal();
    }

    @Override
    public long holdMillis(Random random) {
        return 1_000 + random.nextInt(7_000);
    }
}
