package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.LeaseTimeToLiveRequest;
import io.quorlite.faults.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Hosts whose wall clocks are ten minutes off. */
class WrongClockTest {
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long LONG = 1;
    private static final long SHORT = 2;
    private static final long LONG_SECONDS = 120;
    private static final long SHORT_SECONDS = 4;

    private final List<WallClock> clocks = new ArrayList<>();

    @Test
    void aNewcomerIsToldAndAMemberIsNotHarmed() throws Exception {
        assumeTrue(Commands.has("cc"), "no C compiler to make a wall clock with: install Debian's package gcc");
        try (AgentCluster cluster = AgentCluster.create()) {
            Path library = WallClock.compile(cluster.folder());
            for (AgentNode node : cluster.nodes(1, 2, 3)) {
                WallClock clock = new WallClock(library, cluster.folder().resolve(node.name() + ".clock"));
                clock.environment().forEach(node::environment);
                clocks.add(clock);
            }
            cluster.node(1).init();
            cluster.node(2).joinBy(cluster.node(1));
            refusesANewcomer(cluster);

            try (SteadyWrites writes = SteadyWrites.begin("all-the-while", cluster.nodes(1, 2, 3))) {
                writes.awaitMore(20);
                grant(cluster.node(1), LONG, LONG_SECONDS);
                membersGoOn(cluster, writes);
                everybodyMeetsAgain(cluster, writes);
                assertThat(writes.failed()).isEmpty();
            }
        }
    }

    /** The token is not used up by it, and good once the clock is right. */
    private void refusesANewcomer(AgentCluster cluster) throws Exception {
        AgentNode newcomer = cluster.node(3);
        String token = cluster.node(1).token();
        clocks.get(2).set(TEN_MINUTES, 1);
        assertThat(newcomer.exits(AgentNode.PREFLIGHT, newcomer.joining(token)).err())
                .containsPattern("The clock of this host is (9|10) min ahead of the cluster's; 5 s are allowed")
                .contains("chrony");
        clocks.get(2).set(TEN_MINUTES.negated(), 1);
        assertThat(newcomer.exits(AgentNode.PREFLIGHT, newcomer.joining(token)).err())
                .containsPattern("The clock of this host is (9|10) min behind the cluster's; 5 s are allowed");
        assertThat(cluster.node(1).members()).containsExactly("n1", "n2");

        clocks.get(2).set(Duration.ZERO, 1);
        newcomer.ok(newcomer.joining(token));
    }

    /** The leader jumps ahead, another back, then the other way round. */
    private void membersGoOn(AgentCluster cluster, SteadyWrites writes) throws Exception {
        int leader = Integer.parseInt(cluster.node(1).leader().substring(1)) - 1;
        int other = (leader + 1) % 3;
        for (Duration jump : List.of(TEN_MINUTES, TEN_MINUTES.negated())) {
            clocks.get(leader).set(jump, 1);
            clocks.get(other).set(jump.negated(), 1);
            writes.awaitMore(50);
            assertThat(remaining(cluster.node(1), LONG))
                    .as("of a lease that is not over")
                    .isBetween(1L, LONG_SECONDS);

            long granted = System.nanoTime();
            grant(cluster.node(1), SHORT, SHORT_SECONDS);
            Waiting.until("the end of a lease", LIMIT, () -> remaining(cluster.node(1), SHORT) < 0);
            assertThat(System.nanoTime() - granted)
                    .as("how long a lease of " + SHORT_SECONDS + " s was there, in ns")
                    .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(SHORT_SECONDS));
            clocks.get(other).set(Duration.ZERO, 1);
            clocks.get(leader).set(Duration.ZERO, 1);
        }
    }

    /** Twenty minutes between two clocks, new certificates from both, and new connections. */
    private void everybodyMeetsAgain(AgentCluster cluster, SteadyWrites writes) throws Exception {
        clocks.get(0).set(TEN_MINUTES, 1);
        clocks.get(1).set(TEN_MINUTES.negated(), 1);
        for (AgentNode node : cluster.nodes(1, 2)) {
            node.ok("certs", "renew");
            node.ok("stop");
            node.ok("start");
            node.ok("status", "--wait", "ready", "--timeout", "60s");
        }
        writes.awaitMore(50);
        try (OpenWatch client = new OpenWatch(cluster.node(1))) { // a client with a right clock, an ordinary one
            client.awaitAll(Map.copyOf(writes.acknowledged()));
        }
        Map<String, Long> written = Map.copyOf(writes.acknowledged());
        for (AgentNode node : cluster.nodes(1, 2, 3)) {
            node.forgetChannel();
            node.awaitHas(written);
        }
    }

    private static void grant(AgentNode node, long id, long seconds) throws Exception {
        leases(node)
                .leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(id).setTTL(seconds).build());
    }

    /** Seconds; -1 for a lease that is not there. */
    private static long remaining(AgentNode node, long id) throws Exception {
        return leases(node)
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(id).build())
                .getTTL();
    }

    private static LeaseGrpc.LeaseBlockingStub leases(AgentNode node) throws Exception {
        return LeaseGrpc.newBlockingStub(node.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
    }
}
