package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.Command;
import io.quorlite.faults.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A majority is lost for good, and a user recovers what is left with the commands as they are typed. */
class QuorumLostTest {
    private static final int WRITES = 300;
    private static final int CONFLICT = 9;

    @Test
    void theLongestLogThatIsLeftBecomesTheClusterAndTheOthersJoinItAgain() throws Exception {
        try (AgentCluster cluster = AgentCluster.of(3)) {
            AgentNode n1 = cluster.node(1);
            AgentNode n2 = cluster.node(2);
            AgentNode n3 = cluster.node(3);
            Map<String, Long> acknowledged = new TreeMap<>(written("all", cluster.nodes(1, 2, 3)));
            n3.kill();
            acknowledged.putAll(written("without-n3", cluster.nodes(1, 2)));
            n1.kill(); // for good: its host is gone, and with it the majority

            shorterLogsAndRunningReplicasAreRefused(n2, n3);
            String oldCluster = clusterOf(n3);
            recover(n2, n3);

            assertThat(n2.status().get("clusterId").getAsString()).isNotEqualTo(oldCluster);
            assertThat(n2.members()).containsExactly("n2");
            assertThat(n2.stored()).as("all that was ever acknowledged").containsAllEntriesOf(acknowledged);
            theOldMembersCannotComeBack(n2, n3);
            for (AgentNode old : List.of(n3, n1)) {
                old.ok(old.joining(n2.token(), "--reset"));
                old.forgetChannel();
                assertThat(old.stored()).containsAllEntriesOf(acknowledged);
            }
            n2.ok("status", "--wait", "ha", "--timeout", "60s");
            assertThat(asideOf(cluster.folder(), "n1.old-", "n3.old-")).hasSize(2);
        }
    }

    private static void shorterLogsAndRunningReplicasAreRefused(AgentNode n2, AgentNode n3) throws Exception {
        assertThat(n2.exits(CONFLICT, "recover", "force-single").err()).contains("Stop it first: node-agent stop");
        assertThat(n3.exits(AgentNode.REFUSED, "recover", "force-single", "--i-accept-data-loss")
                        .err())
                .contains("Refused: n2 runs, and its log cannot be compared while it does. Stop it");
        n2.ok("stop");
        Command shorter = n3.exits(
                AgentNode.REFUSED,
                "recover",
                "force-single",
                "--i-accept-data-loss",
                "--compare",
                n2.directory().toString());
        assertThat(shorter.err())
                .contains("Refused: the log of n2 reaches further")
                .contains("Recover on n2 instead.");
    }

    private static void recover(AgentNode n2, AgentNode n3) throws Exception {
        Path position = Files.writeString(
                n3.directory().resolveSibling("n3.json"),
                n3.ok("recover", "inspect", "-o", "json").out());
        Command asked = n2.exits(AgentNode.REFUSED, "recover", "force-single", "--position", position.toString());
        assertThat(asked.out())
                .contains("Not compared: n1. Writes that were acknowledged and are only there are lost.")
                .contains("n2 becomes the only member of a new cluster.");
        assertThat(asked.err()).contains("Nothing was changed.", "--i-accept-data-loss");

        Command done = n2.ok("recover", "force-single", "--position", position.toString(), "--i-accept-data-loss");
        assertThat(done.out())
                .contains("new cluster", "node n2 started", "Add the others again: node-agent add-node here");
        assertThat(asideOf(n2.pki(""), "old-")).as("old certificates").hasSize(1);
        n2.forgetChannel();
    }

    /** With its old data one of them finds nobody of its cluster, and the new one does not let it in. */
    private static void theOldMembersCannotComeBack(AgentNode n2, AgentNode n3) throws Exception {
        n3.ok("start", "--wait", "none");
        Waiting.until(
                "n3 to be refused",
                Duration.ofSeconds(60),
                () -> n2.log().contains("n3")
                        || n3.log().contains("of another cluster")
                        || n3.status().get("degraded").getAsString().startsWith("No leader"));
        assertThat(n3.exits(AgentNode.NO_LEADER, "status").out()).contains("No leader: ");
        assertThat(n2.members()).containsExactly("n2");
        n2.ok("status");
        n3.ok("stop");
    }

    private static Map<String, Long> written(String prefix, List<AgentNode> nodes) throws Exception {
        try (SteadyWrites writes = SteadyWrites.begin(prefix, nodes)) {
            writes.awaitMore(WRITES);
            writes.close();
            assertThat(writes.failed()).isEmpty();
            return writes.acknowledged();
        }
    }

    private static String clusterOf(AgentNode node) throws Exception {
        return node.ok("recover", "inspect", "-o", "json").out().replaceAll("(?s).*\"clusterId\":\"(\\w+)\".*", "$1");
    }

    private static List<String> asideOf(Path folder, String... prefixes) throws Exception {
        try (var entries = Files.list(folder)) {
            return entries.map(path -> path.getFileName().toString())
                    .filter(name -> List.of(prefixes).stream().anyMatch(name::startsWith))
                    .toList();
        }
    }
}
