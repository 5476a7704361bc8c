package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorlite.faults.Command;
import io.quorlite.faults.RunningCommand;
import io.quorlite.faults.Waiting;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Newcomers that die on their way, or come two at a time, or while a member is down. Nobody stays half a member. */
class JoinCrashTest {
    private static final Duration STEP_MAX = Duration.ofSeconds(60);

    @Test
    void whoDiesOnTheWayIsAMemberInTheEndOrNotAtAll() throws Exception {
        try (AgentCluster cluster = AgentCluster.of(1)) {
            AgentNode n1 = cluster.node(1);
            AgentNode lost = cluster.host("lost", cluster.node(9).address());
            String lostToken = n1.token();
            killAt(lost, lost.joining(lostToken, "--timeout", "10s"), () -> has(lost, "joining"));

            whoGaveUpIsForgottenAtOnce(n1, cluster.node(8));
            aChainOfDeathsEndsInOneMember(n1, cluster.node(2));
            twoAtOnce(n1, cluster.node(3), cluster.node(4));

            Waiting.until("the lost one's use of the token to be given back", STEP_MAX, () -> uses(n1, lostToken) == 0);
            assertThat(n1.members()).containsExactly("n1", "n2", "n3", "n4");
            whileAMemberIsDown(n1, cluster.node(3), cluster.node(5), lostToken);
            whileTheLeaderDies(cluster, cluster.node(6));
        }
    }

    /** Not after its five minutes: an operator, or the newcomer itself, says that nobody comes any more. */
    private static void whoGaveUpIsForgottenAtOnce(AgentNode n1, AgentNode gone) throws Exception {
        String token = n1.token();
        killAt(gone, gone.joining(token), () -> has(gone, "joining"));
        assertThat(uses(n1, token)).isEqualTo(1);
        n1.ok("remove-node", gone.name(), "--yes");
        assertThat(uses(n1, token)).isZero();
    }

    /** Each attempt finds what the one before it had got when it died. */
    private static void aChainOfDeathsEndsInOneMember(AgentNode n1, AgentNode n2) throws Exception {
        String token = n1.token();
        String[] join = n2.joining(token);
        killAt(n2, join, () -> has(n2, "pki/join.key"));
        killAt(n2, join, () -> has(n2, "joining"));
        killAt(n2, join, () -> has(n2, "pki/node.crt"));
        killAt(n2, join, () -> n2.process().isPresent());
        killAt(n2, join, () -> n2.log().contains("knows leader="));
        killAt(n2, join, () -> n2.log().contains("has members [n1, n2]"));

        RunningCommand command = n2.begin(join);
        until(command, () -> n2.process().isPresent());
        command.killAlone(); // its node goes on, and who comes back finds it
        Command again = n2.ok(join);
        assertThat(again.out()).contains("earlier attempt found", "n2 joined cluster");
        assertThat(n1.members()).containsExactly("n1", "n2");
        assertThat(uses(n1, token)).isEqualTo(1);
    }

    private static void twoAtOnce(AgentNode n1, AgentNode a, AgentNode b) throws Exception {
        String token = n1.token("--uses", "2");
        RunningCommand first = a.begin(a.joining(token));
        RunningCommand second = b.begin(b.joining(token));
        Command firstDone = first.await(120);
        Command secondDone = second.await(120);
        assertThat(firstDone.exitCode()).as(firstDone.all() + a.log()).isEqualTo(AgentNode.OK);
        assertThat(secondDone.exitCode()).as(secondDone.all() + b.log()).isEqualTo(AgentNode.OK);
        assertThat(uses(n1, token)).isEqualTo(2);
    }

    /** With the token that the lost one left behind. */
    private static void whileAMemberIsDown(AgentNode n1, AgentNode dead, AgentNode newcomer, String token)
            throws Exception {
        dead.kill();
        newcomer.ok(newcomer.joining(token));
        n1.ok("remove-node", dead.name(), "--yes");
        assertThat(n1.members()).containsExactly("n1", "n2", "n4", "n5");
        n1.ok("status", "--wait", "ha", "--timeout", "60s");
    }

    /** Whoever leads next sees the newcomer through, of whom it knows by the cluster's records. */
    private static void whileTheLeaderDies(AgentCluster cluster, AgentNode newcomer) throws Exception {
        AgentNode n1 = cluster.node(1);
        AgentNode leader = cluster.node(n1.leader());
        AgentNode other = leader.name().equals("n1") ? cluster.node(2) : n1;
        RunningCommand command = newcomer.begin(newcomer.joining(other.token()));
        until(command, () -> has(newcomer, "joining"));
        leader.kill();
        Command done = command.await(120);
        assertThat(done.exitCode()).as(done.all() + newcomer.log()).isEqualTo(AgentNode.OK);
        assertThat(other.members()).containsExactly("n1", "n2", "n4", "n5", "n6");
        assertThat(other.leader()).isNotEqualTo(leader.name()).isNotEmpty();
    }

    private static void killAt(AgentNode node, String[] join, Callable<Boolean> point) throws Exception {
        RunningCommand command = node.begin(join);
        until(command, point);
        command.killAll();
        node.kill();
    }

    /** An attempt that is past the point before anybody looked has ended, well or not: that is to be seen, too. */
    private static void until(RunningCommand command, Callable<Boolean> point) throws Exception {
        Waiting.until("a step of the join", STEP_MAX, () -> point.call() || !command.isAlive());
        assertThat(command.isAlive())
                .as("the join was over: " + command.output())
                .isTrue();
    }

    private static boolean has(AgentNode node, String file) {
        return Files.exists(node.directory().resolve(file));
    }

    private static int uses(AgentNode n1, String token) throws Exception {
        String id = JsonParser.parseString(
                        n1.ok("token", "inspect", token, "-o", "json").out())
                .getAsJsonObject()
                .get("id")
                .getAsString();
        JsonObject all = JsonParser.parseString(
                        n1.ok("token", "list", "-o", "json").out())
                .getAsJsonObject();
        for (JsonElement each : all.getAsJsonArray("tokens")) {
            if (each.getAsJsonObject().get("id").getAsString().equals(id)) {
                return each.getAsJsonObject().get("uses").getAsInt();
            }
        }
        throw new AssertionError("no token " + id + " in " + all);
    }
}
