package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.quorlite.faults.Launcher;
import io.quorlite.faults.NodeProcess;
import io.quorlite.faults.Waiting;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A node that was run in plain text on a loopback address becomes a secured cluster of three. */
class GrowingTest {
    private static final int KEYS = 200;

    @Test
    void aPlainDirectoryKeepsItsDataAndEveryNodeServesIt() throws Exception {
        try (AgentCluster cluster = AgentCluster.create()) {
            Map<String, Long> written = runPlain(cluster);

            assertThat(cluster.node(1)
                            .ok("init", "--advertise", cluster.node(1).address())
                            .out())
                    .as("init on a directory with data")
                    .contains("data kept", "revision " + (KEYS + 1));
            for (AgentNode next : cluster.nodes(2, 3)) {
                next.joinBy(cluster.node(1));
            }
            cluster.node(3).ok("status", "--wait", "ha", "--timeout", "60s");

            for (AgentNode node : cluster.nodes(1, 2, 3)) {
                assertThat(node.stored()).as("keys of " + node.name()).isEqualTo(written);
            }
            etcdctlWorksThroughEveryNode(cluster);
        }
    }

    private static Map<String, Long> runPlain(AgentCluster cluster) throws Exception {
        AgentNode first = cluster.node(1);
        String client = first.address() + ":2379";
        Map<String, Long> written = new TreeMap<>();
        try (NodeProcess plain =
                new NodeProcess(first.name(), Launcher.path(), cluster.folder(), List.of("--listen-client", client))) {
            plain.start();
            ManagedChannel channel =
                    NettyChannelBuilder.forTarget(client).usePlaintext().build();
            Waiting.until("the plain node to serve", Duration.ofSeconds(60), () -> {
                channel.resetConnectBackoff();
                EtcdClients.modRevisions(channel);
                return true;
            });
            for (int i = 0; i < KEYS; i++) {
                String key = "before/" + i;
                written.put(key, EtcdClients.put(channel, key, "value " + i));
            }
            channel.shutdownNow();
            plain.stop();
        }
        assertThat(first.directory()).isDirectory();
        assertThat(Files.exists(first.pki("ca.crt")))
                .as("a plain node has no certificates")
                .isFalse();
        return written;
    }

    private static void etcdctlWorksThroughEveryNode(AgentCluster cluster) throws Exception {
        assumeTrue(Etcdctl.isInstalled(), "there is no etcdctl");
        for (AgentNode node : cluster.nodes(1, 2, 3)) {
            assertThat(Etcdctl.run(node, "put", "through", node.name())).isEqualTo("OK\n");
            for (AgentNode other : cluster.nodes(1, 2, 3)) {
                assertThat(Etcdctl.run(other, "get", "through", "--print-value-only"))
                        .isEqualTo(node.name() + "\n");
            }
        }
        assertThat(Etcdctl.run(cluster.node(2), "endpoint", "health", "--cluster"))
                .as("etcdctl finds all by asking one")
                .contains(
                        cluster.node(1).url() + " is healthy",
                        cluster.node(2).url() + " is healthy",
                        cluster.node(3).url() + " is healthy");
        assertThat(Etcdctl.run(cluster.node(3), "member", "list").lines())
                .hasSize(3)
                .allMatch(line -> line.contains("started"));
    }
}
