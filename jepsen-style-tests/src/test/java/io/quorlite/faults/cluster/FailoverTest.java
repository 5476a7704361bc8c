package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Three nodes under load: each is restarted in order, then the leader is killed again and again. */
class FailoverTest {
    private static final int KILLS = Integer.getInteger("failover.kills", 3);
    private static final int WRITES = 200;

    /** What a hand-over may cost on a machine that has time for it. */
    private static final long HAND_OVER_MILLIS_MAX = 500;

    /** Where writes pause for this long with nothing going on, pauses say nothing of what is tested. */
    private static final long BUSY_MILLIS = 150;

    @Test
    void writesGoOnThroughRollingRestartsAndLostLeaders() throws Exception {
        try (AgentCluster cluster = AgentCluster.of(3)) {
            List<AgentNode> all = cluster.nodes(1, 2, 3);
            Evidence.keptOf(cluster, () -> {
                try (SteadyWrites writes = SteadyWrites.begin("failover", all)) {
                    writes.awaitMore(WRITES);
                    rollingRestart(cluster, writes);
                    losingLeaders(cluster, writes);
                    writes.giveUp();
                    assertThat(writes.failed())
                            .as("writes that an ordinary retry did not mend; retried: " + writes.retried())
                            .isEmpty();
                    for (AgentNode node : all) {
                        node.awaitHas(writes.acknowledged());
                    }
                }
            });
        }
    }

    private static void rollingRestart(AgentCluster cluster, SteadyWrites writes) throws Exception {
        for (AgentNode node : cluster.nodes(1, 2, 3)) {
            boolean led = cluster.leader() == node;
            long control = pauseOf(writes, () -> {});
            long pause = pauseOf(writes, () -> node.ok("stop"));
            System.out.printf(
                    "%s stopped, %s: %d ms without a write; without a stop: %d ms%n",
                    node.name(), led ? "which led" : "which followed", pause, control);
            if (control <= BUSY_MILLIS) {
                assertThat(pause).as("pause of writes at a hand-over, ms").isLessThan(HAND_OVER_MILLIS_MAX);
            }
            node.ok("start");
        }
    }

    private static void losingLeaders(AgentCluster cluster, SteadyWrites writes) throws Exception {
        List<Long> pauses = new ArrayList<>();
        for (int kill = 1; kill <= KILLS; kill++) {
            AgentNode leader = cluster.leader();
            pauses.add(pauseOf(writes, leader::kill));
            leader.ok("start");
        }
        System.out.println("leader killed: pauses of writes, ms: " + pauses);
    }

    /** The longest time without an acknowledged write, from {@code action} to some writes after it. */
    private static long pauseOf(SteadyWrites writes, Evidence.Trial action) throws Exception {
        writes.takeLongestPauseMillis();
        action.run();
        writes.awaitMore(WRITES);
        return writes.takeLongestPauseMillis();
    }
}
