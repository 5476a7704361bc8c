package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorlite.testing.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The other tests join over IPv4; here one member is known by an IPv6 address, one by a name. */
class JoinAddressesTest {
    @Test
    void joinsOverIpv6AndByName() throws Exception {
        assumeTrue(hasIpv6(), "this host has no IPv6 loopback");
        try (AgentCluster cluster = AgentCluster.create()) {
            AgentNode six = cluster.host("six", "::1");
            AgentNode named = cluster.host("named", "localhost");
            six.ok(at(six, "[::1]", "init", "--name", "six", "--advertise", "::1"));
            assertThat(six.ok("add-node").out()).contains("Addresses in the token: [::1]:");

            named.ok(at(named, "localhost", "join", six.token(), "--name", "named", "--advertise", "localhost"));
            assertThat(named.ok("add-node").out()).contains("localhost:", "[::1]:");
            AgentNode four = cluster.node(4);
            four.joinBy(named);

            assertThat(six.roles()).containsOnlyKeys("named", "n4", "six").doesNotContainValue("down");
            six.ok("status", "--wait", "ha", "--timeout", "60s");
        }
    }

    private static boolean hasIpv6() throws IOException {
        return NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null;
    }

    /** Ports of its own: a name stands for all addresses, on which others may have the usual ones. */
    private static String[] at(AgentNode node, String host, String... command) throws Exception {
        List<Integer> ports = FreePorts.draw(3);
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("--listen-client", host + ":" + ports.get(0)));
        all.addAll(List.of("--listen-peer", host + ":" + ports.get(1)));
        all.addAll(List.of("--listen-admin", host + ":" + ports.get(2)));
        assertThat(node.process()).isEmpty();
        return all.toArray(String[]::new);
    }
}
