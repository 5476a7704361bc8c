package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.agent.pki.LeafIdentity;
import io.quorlite.agent.pki.Pem;
import io.quorlite.faults.Waiting;
import java.math.BigInteger;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/**
 * Certificates that end soon, under watches and writes. {@code QUORLITE_TEST_CERTIFICATE_LIFE} gives them another life than
 * {@link #LIFE}; each is replaced after two thirds of it.
 */
class ShortLivedCertificatesTest {
    private static final Duration LIFE = Duration.ofSeconds(20);
    private static final int ROTATIONS = 3;

    @Test
    void rotateThreeTimesUnderOpenWatchesAndNobodyNotices() throws Exception {
        Duration life = life();
        try (AgentCluster cluster = AgentCluster.create()) {
            List<AgentNode> nodes = cluster.nodes(1, 2, 3);
            for (AgentNode node : nodes) {
                node.environment("NODE_AGENT_TLS_CERTIFICATE_LIFETIME", life.toSeconds() + "s");
                // an election on a busy machine is another test's affair
                node.environment("NODE_AGENT_ELECTION_TIMEOUT", "3s");
            }
            nodes.get(0).init();
            nodes.get(1).joinBy(nodes.get(0));
            nodes.get(2).joinBy(nodes.get(0));
            List<OpenWatch> watches = new ArrayList<>();
            try (SteadyWrites writes = SteadyWrites.begin("all-the-while", nodes)) {
                for (AgentNode node : nodes) {
                    watches.add(new OpenWatch(node));
                }
                awaitRotations(nodes, watches, life);

                writes.awaitMore(50);
                Map<String, Long> written = Map.copyOf(writes.acknowledged());
                for (OpenWatch watch : watches) {
                    watch.awaitAll(written);
                }
                assertThat(writes.failed()).isEmpty();
                assertThat(writes.retried()).as("what clients had to ask again").isEmpty();
                newConnectionsAreShownTheNewest(nodes);
            } finally {
                watches.forEach(OpenWatch::close);
            }
        }
    }

    private static Duration life() {
        String given = System.getenv("QUORLITE_TEST_CERTIFICATE_LIFE");
        return given == null ? LIFE : Duration.ofSeconds(Long.parseLong(given));
    }

    /** Counts a node's certificates by what it shows to who connects now. */
    private static void awaitRotations(List<AgentNode> nodes, List<OpenWatch> watches, Duration life) throws Exception {
        Map<String, Set<BigInteger>> serials = new HashMap<>();
        Waiting.until(ROTATIONS + " rotations of each node", life.multipliedBy(ROTATIONS + 1), () -> {
            for (OpenWatch watch : watches) {
                if (watch.ended() != null) {
                    throw new AssertionError(watch.ended());
                }
            }
            for (AgentNode node : nodes) {
                X509Certificate shown = shown(node, PortProbe.Port.PEER);
                shown.checkValidity();
                serials.computeIfAbsent(node.name(), name -> new HashSet<>()).add(shown.getSerialNumber());
            }
            Thread.sleep(200); // each look is three handshakes
            return serials.values().stream().allMatch(seen -> seen.size() > ROTATIONS);
        });
    }

    private static void newConnectionsAreShownTheNewest(List<AgentNode> nodes) throws Exception {
        for (AgentNode node : nodes) {
            Waiting.until("the newest certificate at all ports", Duration.ofSeconds(10), () -> {
                Set<BigInteger> serials = new HashSet<>();
                for (PortProbe.Port port : PortProbe.Port.values()) {
                    serials.add(shown(node, port).getSerialNumber());
                }
                serials.add(Pem.certificates(Files.readString(node.pki("node.crt")))
                        .get(0)
                        .getSerialNumber());
                return serials.size() == 1;
            });
            X509Certificate newest =
                    Pem.certificates(Files.readString(node.pki("node.crt"))).get(0);
            assertThat(LeafIdentity.of(newest).orElseThrow().name()).isEqualTo(node.name());
        }
    }

    private static X509Certificate shown(AgentNode node, PortProbe.Port port) throws Exception {
        SSLContext nobody = PortProbe.context(null);
        try (SSLSocket socket = (SSLSocket) nobody.getSocketFactory().createSocket(node.address(), port.number)) {
            socket.setSoTimeout(10_000);
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }
}
