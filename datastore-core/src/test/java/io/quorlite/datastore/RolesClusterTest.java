package io.quorlite.datastore;

import static io.quorlite.datastore.GrowingCluster.voters;
import static io.quorlite.datastore.TestCluster.await;
import static io.quorlite.datastore.TestCluster.get;
import static io.quorlite.datastore.TestCluster.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.replication.Member;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.roles.Role;
import io.quorlite.roles.RoleTargets;
import io.quorlite.system.SystemTxn;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roles given and mended on the real engine. */
class RolesClusterTest {
    @TempDir
    Path temp;

    private static GrowingCluster grown(Path temp, RoleTargets targets, String... zones) throws Exception {
        GrowingCluster cluster = new GrowingCluster(temp, settings -> settings.roleTargets(targets));
        try {
            cluster.start("n1");
            get(cluster.member("n1").checkLinearizable());
            for (int i = 2; i <= zones.length; i++) {
                long id = 100 + i;
                get(cluster.leader().system().commit(newcomer(id, zones[i - 1])));
                cluster.addLearner("n" + i, id);
            }
            return cluster;
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
    }

    private static SystemTxn newcomer(long id, String zone) {
        return SystemTxn.put(
                MemberAttributes.recordName(id),
                new MemberAttributes(zone, 0, Role.SPARE, null, true, false, false).encode());
    }

    /** Names and roles as the cluster's records and configuration have them. */
    private static Map<String, Role> roles(Datastore store) {
        Map<String, Role> roles = new TreeMap<>();
        for (Member member : store.members()) {
            MemberAttributes attributes = new MemberRecords(store.system()).of(member.id());
            roles.put(member.name(), member.learner() ? attributes.label() : Role.VOTER);
        }
        return roles;
    }

    /** By name, whoever has them. */
    private static void awaitRoles(GrowingCluster cluster, String expected) throws Exception {
        String[] last = new String[1];
        try {
            await("roles " + expected, () -> {
                last[0] = roles(cluster.leader()).values().stream()
                        .map(Role::name)
                        .sorted()
                        .toList()
                        .toString();
                return last[0].equals(expected);
            });
        } catch (AssertionError e) {
            throw new AssertionError("roles are " + last[0], e);
        }
    }

    private static void kill(GrowingCluster cluster, String name) {
        cluster.member(name).node().replica().fatal(new IOException("killed by the test"));
        cluster.stop(name);
    }

    @Test
    void newcomersGetTheRolesThatAreFreeAndALostVoterIsReplaced() throws Exception {
        try (GrowingCluster cluster = grown(temp, new RoleTargets(3, 1), "", "", "", "", "")) {
            awaitRoles(cluster, "[SPARE, STANDBY, VOTER, VOTER, VOTER]");
            String lost = voters(cluster.leader()).stream()
                    .filter(name -> !name.equals("n1"))
                    .findFirst()
                    .orElseThrow();
            for (int i = 0; i < 50; i++) {
                put(cluster.member("n1"), "key-" + i, "value");
            }

            kill(cluster, lost);
            await("another voter", () -> {
                List<String> now = voters(cluster.leader());
                return now.size() == 3 && !now.contains(lost);
            });

            put(cluster.member("n1"), "after", "1");
            Datastore back = cluster.start(lost);
            get(back.system().sync());
            cluster.awaitEqual();
            awaitRoles(cluster, "[SPARE, STANDBY, VOTER, VOTER, VOTER]");
            assertThat(voters(back)).hasSize(3).doesNotContain(lost);
        }
    }

    @Test
    void aLostLeaderIsReplacedAsAVoterToo() throws Exception {
        try (GrowingCluster cluster = grown(temp, new RoleTargets(3, 1), "", "", "", "")) {
            awaitRoles(cluster, "[STANDBY, VOTER, VOTER, VOTER]");
            put(cluster.member("n1"), "a", "1");

            kill(cluster, "n1");
            await("another voter", () -> voters(cluster.leader()).equals(List.of("n2", "n3", "n4")));

            put(cluster.member("n2"), "b", "2");
            Datastore back = cluster.start("n1");
            await("a standby", () -> roles(cluster.leader()).get("n1") == Role.STANDBY);
            get(back.system().sync());
            cluster.awaitEqual();
        }
    }

    @Test
    void votersAreSpreadOverFailureDomains() throws Exception {
        try (GrowingCluster cluster = grown(temp, new RoleTargets(3, 0), "a", "a", "a", "b", "c")) {
            get(cluster.leader()
                    .system()
                    .commit(SystemTxn.put(
                            MemberAttributes.recordName(GrowingCluster.id(cluster.member("n1"))),
                            new MemberAttributes("a", 0, Role.SPARE, null, false, false, false).encode())));

            await("a voter in each", () -> voters(cluster.leader()).equals(List.of("n1", "n4", "n5")));
            cluster.awaitEqual();
        }
    }

    @Test
    void membersThatStopOneAfterTheOtherLeaveTheirVotesBehind() throws Exception {
        try (GrowingCluster cluster = grown(temp, new RoleTargets(3, 1), "", "", "", "")) {
            awaitRoles(cluster, "[STANDBY, VOTER, VOTER, VOTER]");
            int written = 0;
            for (String name : List.of("n1", "n2", "n3", "n4")) {
                Datastore stopping = cluster.member(name);
                get(stopping.handOver(Duration.ofSeconds(20)));
                assertThat(voters(cluster.leader())).doesNotContain(name).hasSize(3);
                cluster.stop(name);
                put(cluster.leader(), "while-away-" + name, "1");
                written++;
                cluster.start(name);
                await(
                        "a standby",
                        () -> roles(cluster.leader()).get(name) == Role.STANDBY
                                && roles(cluster.leader()).containsValue(Role.VOTER)
                                && cluster.leader().roles().stream().allMatch(m -> m.online() && m.caughtUp()));
            }
            assertThat(get(cluster.leader().checkLinearizable())).isEqualTo(written + 1);
            cluster.awaitEqual();
        }
    }
}
