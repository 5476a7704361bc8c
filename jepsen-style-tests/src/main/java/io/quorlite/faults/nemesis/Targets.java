package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Whom a fault hits. */
enum Targets {
    ONE {
        @Override
        List<Integer> choose(FaultCluster cluster, Random random) {
            return List.of(random.nextInt(cluster.size()));
        }
    },
    LEADER {
        @Override
        List<Integer> choose(FaultCluster cluster, Random random) throws InterruptedException {
            int leader = cluster.awaitLeader(Duration.ofSeconds(5));
            return List.of(leader >= 0 ? leader : random.nextInt(cluster.size()));
        }
    },
    /** As many as may fail. */
    MINORITY {
        @Override
        List<Integer> choose(FaultCluster cluster, Random random) {
            return some((cluster.size() - 1) / 2, cluster, random);
        }
    },
    MAJORITY {
        @Override
        List<Integer> choose(FaultCluster cluster, Random random) {
            return some(cluster.size() / 2 + 1, cluster, random);
        }
    },
    ALL {
        @Override
        List<Integer> choose(FaultCluster cluster, Random random) {
            return IntStream.range(0, cluster.size()).boxed().toList();
        }
    };

    abstract List<Integer> choose(FaultCluster cluster, Random random) throws InterruptedException;

    private static List<Integer> some(int count, FaultCluster cluster, Random random) {
        List<Integer> members =
                new ArrayList<>(IntStream.range(0, cluster.size()).boxed().toList());
        Collections.shuffle(members, random);
        return List.copyOf(members.subList(0, count));
    }

    static String names(List<Integer> members) {
        return members.stream().map(FaultCluster::name).collect(Collectors.joining(","));
    }
}
