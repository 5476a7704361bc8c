package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.quorlite.faults.Command;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From nothing to high availability and back, with the commands a user types. */
class GoldenPathTest {
    private static final int NOT_RUNNING = 3;
    private static final int CONFLICT = 9;
    private static final int DEGRADED = 12;

    /** Three times what is promised of a machine with nothing else to do. */
    private static final Duration THREE_NODES_MAX = Duration.ofMinutes(3);

    @Test
    void threeNodesFromNothingThatLoseOneAndGetItBack() throws Exception {
        try (AgentCluster cluster = AgentCluster.create()) {
            grow(cluster);
            loseOneAndGetItBack(cluster);
            leaveAndComeBack(cluster);
        }
    }

    private static void grow(AgentCluster cluster) throws Exception {
        AgentNode n1 = cluster.node(1);
        long startNanos = System.nanoTime();
        assertThat(n1.ok("init", "--name", "n1", "--advertise", n1.address()).out())
                .contains(
                        "cluster CA created sha256:",
                        "HA: no (1 node, tolerates 0 failures). Add two more: node-agent");
        assertThat(n1.ok("status").out()).contains("HA no (1 node, tolerates 0 failures)");
        assertThat(n1.ok("add-node").out())
                .contains("Run this on the new node (valid 1 h, once):", n1.address() + ":2382", "Token id: ");

        Command second = cluster.node(2).ok(cluster.node(2).joining(n1.token()));
        assertThat(second.out())
                .contains(
                        n1.address() + ":2382 reached, CA verified",
                        "certificate issued for n2",
                        "promoted to voter",
                        "HA: no (2 voters tolerate 0 failures). Add one more node.");
        assertThat(n1.ok("status").out()).contains("WARNING: 2 voters tolerate 0 failures");
        // any member gives tokens, and honours them
        Command third =
                cluster.node(3).ok(cluster.node(3).joining(cluster.node(2).token(), "-o", "json"));
        assertThat(third.out().lines())
                .allSatisfy(line -> assertThat(JsonParser.parseString(line))
                        .satisfies(step -> assertThat(
                                        step.getAsJsonObject().get("type").getAsString())
                                .isIn("done", "progress", "result")));
        assertThat(third.out()).contains("\"role\":\"voter\",\"ha\":true,\"faultTolerance\":1");

        cluster.node(3).ok("status", "--wait", "ha", "--timeout", "60s");
        Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
        System.out.println("three nodes from nothing to HA yes: " + took.toMillis() + " ms");
        assertThat(took).isLessThan(THREE_NODES_MAX);
        assertThat(cluster.node(2).members()).containsExactly("n1", "n2", "n3");
        assertThat(cluster.node(3).ok("status", "-o", "json").out()).contains("\"ha\":true", "\"faultTolerance\":1");
    }

    private static void loseOneAndGetItBack(AgentCluster cluster) throws Exception {
        AgentNode n1 = cluster.node(1);
        AgentNode n2 = cluster.node(2);
        n2.ok("stop");
        n1.awaitStatus(DEGRADED);
        assertThat(n1.exits(AgentNode.REFUSED, "remove-node", "n3", "--yes").err())
                .contains("Refused: removing n3 would leave 1 of 2 needed voters alive. Bring n2 back");
        assertThat(n2.run("status").exitCode()).isEqualTo(NOT_RUNNING);

        n2.ok("start");
        n1.awaitStatus(AgentNode.OK);
        assertThat(n1.ok("move-leader", "n3").out()).contains("n3");
        assertThat(n1.ok("status", "-o", "quiet").out())
                .as("asked in the moment of an election")
                .isEqualTo("ha\n");
    }

    private static void leaveAndComeBack(AgentCluster cluster) throws Exception {
        AgentNode n1 = cluster.node(1);
        AgentNode n2 = cluster.node(2);
        assertThat(n2.ok("leave", "--yes").out()).contains("n2 left cluster", "Its data stays in");
        assertThat(n1.members()).containsExactly("n1", "n3");
        Command started = n2.exits(CONFLICT, "start");
        assertThat(started.err()).contains("was removed from its cluster").doesNotContain("\tat ");

        String token = n1.token();
        assertThat(n2.exits(CONFLICT, n2.joining(token)).err()).contains("Use --reset to move it to");
        assertThat(n2.ok(n2.joining(token, "--reset")).out()).contains("old data moved");
        assertThat(n1.members()).containsExactly("n1", "n2", "n3");
        List<String> kept;
        try (var entries = Files.list(cluster.folder())) {
            kept = entries.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("n2.old-"))
                    .toList();
        }
        assertThat(kept).as("what n2 had before").hasSize(1);
    }
}
