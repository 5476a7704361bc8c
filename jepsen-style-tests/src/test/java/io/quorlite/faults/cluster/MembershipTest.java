package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.Command;
import io.quorlite.faults.RunningCommand;
import io.quorlite.faults.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * One cluster's life under load, by commands alone: two join at once, a voter is lost and replaced, another node joins meanwhile, the dead
 * one is removed, one leaves and comes again, the leader is removed, and the rest shrinks to one.
 */
class MembershipTest {
    private static final long REPLACED_SECONDS_MAX = 10;
    private static final int WRITES = 100;

    /** Where writes pause for this long with nothing going on, times say nothing of what is tested. */
    private static final long BUSY_MILLIS = 150;

    @Test
    void membersComeAndGoUnderLoad() throws Exception {
        try (AgentCluster cluster = AgentCluster.of(3, "--standbys", "1")) {
            Evidence.keptOf(cluster, () -> {
                twoJoinAtOnce(cluster);
                // those that leave are asked, too, as by a client that nobody told
                try (SteadyWrites writes = SteadyWrites.begin("members", cluster.nodes(1, 2, 3, 4, 5))) {
                    writes.awaitMore(WRITES);
                    AgentNode lost = aVoterIsReplaced(cluster, writes);
                    AgentNode asked = running(cluster).get(0);

                    cluster.node(6).joinBy(asked);
                    asked.ok("remove-node", lost.name(), "--yes");
                    assertThat(asked.members()).doesNotContain(lost.name()).contains("n6");

                    cluster.node(6).ok("leave", "--yes");
                    assertThat(asked.members()).doesNotContain("n6");
                    cluster.node(6).joinBy(asked, "--reset");
                    assertThat(asked.members()).contains("n6");
                    writes.alsoAt(cluster.node(6));

                    AgentNode last = shrinkToOne(cluster, writes);
                    writes.awaitMore(WRITES);
                    writes.giveUp();
                    assertThat(writes.failed())
                            .as("writes that an ordinary retry did not mend; retried: " + writes.retried())
                            .isEmpty();
                    last.awaitHas(writes.acknowledged());
                }
            });
        }
    }

    private static void twoJoinAtOnce(AgentCluster cluster) throws Exception {
        String first = cluster.node(1).token();
        String second = cluster.node(2).token();
        RunningCommand one = cluster.node(4).begin(cluster.node(4).joining(first));
        RunningCommand other = cluster.node(5).begin(cluster.node(5).joining(second));
        awaitJoined(one);
        awaitJoined(other);
        Waiting.until(
                "three voters, a standby and a spare",
                Duration.ofSeconds(60),
                () -> count(cluster.node(1).roles(), "voter") == 3
                        && count(cluster.node(1).roles(), "standby") == 1
                        && count(cluster.node(1).roles(), "spare") == 1);
    }

    private static void awaitJoined(RunningCommand join) throws Exception {
        Command done = join.await(120);
        assertThat(done.exitCode()).as(done.all()).isEqualTo(AgentNode.OK);
    }

    /** @return the lost one, which followed */
    private static AgentNode aVoterIsReplaced(AgentCluster cluster, SteadyWrites writes) throws Exception {
        AgentNode leader = cluster.leader();
        AgentNode lost = cluster.nodes().stream()
                .filter(node -> node != leader && "voter".equals(rolesBy(leader).get(node.name())))
                .findFirst()
                .orElseThrow();
        writes.takeLongestPauseMillis();
        writes.awaitMore(WRITES);
        long control = writes.takeLongestPauseMillis();
        lost.kill();
        long killedNanos = System.nanoTime();
        Waiting.until("three voters without " + lost.name(), Duration.ofSeconds(60), () -> {
            Map<String, String> roles = leader.roles();
            roles.remove(lost.name());
            return count(roles, "voter") == 3;
        });
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - killedNanos);
        System.out.printf("voter replaced after %d s; longest pause of writes before: %d ms%n", seconds, control);
        if (control <= BUSY_MILLIS) {
            assertThat(seconds).as("until a lost voter is replaced").isLessThanOrEqualTo(REPLACED_SECONDS_MAX);
        }
        return lost;
    }

    private static Map<String, String> rolesBy(AgentNode node) {
        try {
            return node.roles();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Leaders first: each is removed by another node. */
    private static AgentNode shrinkToOne(AgentCluster cluster, SteadyWrites writes) throws Exception {
        while (running(cluster).size() > 1) {
            AgentNode leader = cluster.leader();
            AgentNode other = running(cluster).stream()
                    .filter(node -> node != leader)
                    .findFirst()
                    .orElseThrow();
            other.ok("remove-node", leader.name(), "--yes");
            Waiting.until(
                    leader.name() + " to end, as it was removed",
                    Duration.ofSeconds(60),
                    () -> leader.process().isEmpty());
            writes.awaitMore(WRITES);
            assertThat(other.members()).hasSize(running(cluster).size());
        }
        return running(cluster).get(0);
    }

    private static List<AgentNode> running(AgentCluster cluster) {
        return cluster.nodes().stream().filter(MembershipTest::runs).toList();
    }

    private static boolean runs(AgentNode node) {
        try {
            return node.process().isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long count(Map<String, String> roles, String role) {
        return roles.values().stream().filter(role::equals).count();
    }
}
