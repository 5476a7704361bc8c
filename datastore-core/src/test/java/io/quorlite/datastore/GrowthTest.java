package io.quorlite.datastore;

import static io.quorlite.datastore.TestCluster.await;
import static io.quorlite.datastore.TestCluster.get;
import static io.quorlite.datastore.TestCluster.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Op;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.ReplicationStatus;
import io.quorlite.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From one member to five, on real logs and a real network. */
@Timeout(240)
class GrowthTest {
    @TempDir
    Path temp;

    @Test
    void aMemberMadeWithoutANetworkKeepsItsDataAndGrowsToFiveUnderLoad() throws Exception {
        try (GrowingCluster cluster = new GrowingCluster(temp, settings -> {})) {
            try (Datastore plain = cluster.open("n1", cluster.config("n1").build())) {
                put(plain, "before", "1");
                assertThat(Failures.kindOf(
                                plain.membership().addLearner(new Member(2, "n2", cluster.address("n2"), true))))
                        .isEqualTo(Kind.MEMBERSHIP);
            }
            Datastore first = cluster.start("n1");
            assertThat(first.members()).extracting(Member::name).containsExactly("n1");
            get(first.checkLinearizable());
            AtomicBoolean stop = new AtomicBoolean();
            List<String> acknowledged = new ArrayList<>(List.of("before"));
            Thread writer = new Thread(() -> writeUntil(stop, first, acknowledged), "writer");
            writer.start();

            for (int i = 2; i <= 5; i++) {
                cluster.addVoter("n" + i, 0x100 + i);
            }
            stop.set(true);
            writer.join();
            GrowingCluster.retried(() -> put(cluster.member("n5"), "after", "1"));
            acknowledged.add("after");

            cluster.awaitEqual();
            assertThat(acknowledged).hasSizeGreaterThan(10);
            for (String name : List.of("n1", "n3", "n5")) {
                Datastore store = cluster.member(name);
                assertThat(get(store.range(Op.Range.of(KeyRange.all()), ReadLevel.LINEARIZABLE))
                                .kvs())
                        .extracting(KeyValue::key)
                        .containsAll(acknowledged.stream().map(Bytes::utf8).toList());
                assertThat(GrowingCluster.voters(store)).containsExactly("n1", "n2", "n3", "n4", "n5");
                assertThat(store.members())
                        .filteredOn(member -> member.name().equals("n1"))
                        .extracting(Member::peerAddress)
                        .containsExactly(cluster.address("n1"));
            }
        }
    }

    /** A group of one never has another leader, so every write is acknowledged or the test fails. */
    private static void writeUntil(AtomicBoolean stop, Datastore store, List<String> acknowledged) {
        for (int i = 0; !stop.get(); i++) {
            try {
                put(store, "during-" + i, "x");
                acknowledged.add("during-" + i);
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void aGrownGroupStartsAgainAsItWas() throws Exception {
        try (GrowingCluster cluster = new GrowingCluster(temp, settings -> {})) {
            cluster.start("n1");
            cluster.addVoter("n2", 2);
            cluster.addVoter("n3", 3);
            GrowingCluster.retried(() -> put(cluster.member("n2"), "a", "1"));
            for (String name : List.of("n1", "n2", "n3")) {
                cluster.stop(name);
            }

            for (String name : List.of("n1", "n2", "n3")) { // told nothing: their directories know
                cluster.open(name, cluster.config(name).build());
            }

            assertThat(GrowingCluster.retried(() -> put(cluster.member("n3"), "b", "2")))
                    .isEqualTo(3);
            cluster.awaitEqual();
            assertThat(GrowingCluster.voters(cluster.member("n1"))).containsExactly("n1", "n2", "n3");
        }
    }

    @Test
    void aMemberThatMovedTellsTheOthersWhere() throws Exception {
        try (GrowingCluster cluster = new GrowingCluster(temp, settings -> {})) {
            cluster.start("n1");
            cluster.addVoter("n2", 2);
            cluster.addVoter("n3", 3);
            cluster.stop("n2");
            PeerAddress moved = cluster.address("elsewhere");

            cluster.open("n2", cluster.config("n2").peerAdvertise(moved).build());

            await(
                    "new address",
                    () -> cluster.member("n3").members().stream()
                            .anyMatch(member -> member.peerAddress().equals(moved)));
            // Who starts again knows it still, although it was configured with the old one.
            cluster.stop("n1");
            Datastore again = cluster.start("n1");
            assertThat(again.members()).extracting(Member::peerAddress).contains(moved);
            assertThat(GrowingCluster.retried(() -> put(again, "a", "1"))).isEqualTo(2);
        }
    }

    @Test
    void aNewcomerWithoutWhatTheLogDroppedIsSentTheDatabase() throws Exception {
        try (GrowingCluster cluster = new GrowingCluster(
                temp, settings -> settings.snapshotEntries(50).logTailEntries(10))) {
            Datastore first = cluster.start("n1");
            for (int i = 0; i < 300; i++) {
                put(first, "key-" + i % 20, "value-" + i);
            }
            get(first.compactLog());
            get(first.compactLog());

            Datastore second = cluster.addVoter("n2", 2);
            await("a vote", () -> GrowingCluster.voters(second).size() == 2);
            assertThat(GrowingCluster.retried(() -> put(second, "after", "1"))).isEqualTo(302);

            cluster.awaitEqual();
            assertThat(get(second.checkLinearizable())).isEqualTo(302);
            assertThat(GrowingCluster.voters(second)).containsExactly("n1", "n2");
        }
    }

    @Test
    void membersThatGrowOverTlsReplicateAndCopy() throws Exception {
        TestAuthority authority = new TestAuthority("cluster");
        DatastoreConfig.PeerSecurity security = new DatastoreConfig.PeerSecurity(
                authority.identity(authority.issue(1)), (certificate, memberId) -> null);
        try (GrowingCluster cluster = new GrowingCluster(
                temp,
                settings -> settings.snapshotEntries(50).logTailEntries(10).peerSecurity(security))) {
            Datastore first = cluster.start("n1");
            for (int i = 0; i < 120; i++) {
                put(first, "key-" + i, "value");
            }
            get(first.compactLog());
            get(first.compactLog());
            cluster.addVoter("n2", 2);
            cluster.addVoter("n3", 3);

            assertThat(GrowingCluster.retried(() -> put(cluster.member("n3"), "after", "1")))
                    .isEqualTo(122);
            cluster.awaitEqual();
        }
    }

    @Test
    void aNewcomerWaitsToBeAddedAndNeitherCampaignsNorServes() throws Exception {
        try (GrowingCluster cluster = new GrowingCluster(temp, settings -> {})) {
            cluster.start("n1");
            Datastore newcomer = cluster.invite("n2", 2);

            assertThat(Failures.kindOf(newcomer.checkLinearizable())).isIn(Kind.NO_LEADER, Kind.TIMEOUT);
            ReplicationStatus status = newcomer.status().replication();
            assertThat(status.term()).isZero();
            assertThat(status.lastIndex()).isZero();
            assertThat(newcomer.members()).isEmpty();

            // It can be stopped, started as it is, and added then.
            cluster.stop("n2");
            cluster.open("n2", cluster.config("n2").build());
            cluster.change(members -> members.addLearner(new Member(2, "n2", cluster.address("n2"), true)));
            await("a member", () -> cluster.member("n2").members().size() == 2);
        }
    }

    @Test
    void anInvitationNeedsAnAddressAndADirectoryOfItsOwn() throws Exception {
        DatastoreConfig.Builder invited =
                DatastoreConfig.builder(temp.resolve("x")).name("x").invitation(new DatastoreConfig.Invitation(1, 2));
        assertThatThrownBy(() -> Datastore.open(invited.build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("address");

        try (GrowingCluster cluster = new GrowingCluster(temp, settings -> {})) {
            cluster.start("n1");
            cluster.stop("n1");
            assertThatThrownBy(() -> Datastore.open(cluster.config("n1")
                            .peerAdvertise(cluster.address("n1"))
                            .invitation(new DatastoreConfig.Invitation(1, 2))
                            .build()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("belongs to another cluster");
        }
    }

    @Test
    void refusesNewcomersWithATakenNameAddressOrId() throws Exception {
        try (GrowingCluster cluster = new GrowingCluster(temp, settings -> {})) {
            ClusterMembers members = cluster.start("n1").membership();
            cluster.leader();
            cluster.addLearner("n2", 2);
            PeerAddress free = cluster.address("free");

            assertRefused(members, new Member(3, "n2", free, true), "name n2");
            assertRefused(members, new Member(3, "n3", cluster.address("n2"), true), "has the address");
            assertRefused(members, new Member(2, "other", free, true), "in the group already");
            assertRefused(members, new Member(3, "n3", free, true), "n3 cannot be reached at " + free);
            assertThat(members.all()).hasSize(2);
            get(members.addLearner(
                    new Member(2, "n2", cluster.address("n2"), true))); // whoever lost the answer asks again
        }
    }

    private static void assertRefused(ClusterMembers members, Member newcomer, String reason) {
        assertThatThrownBy(() -> get(members.addLearner(newcomer)))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void theLeaderSeesHowFarMembersAreAndWhoIsSilent() throws Exception {
        try (GrowingCluster cluster = new GrowingCluster(temp, settings -> {})) {
            Datastore first = cluster.start("n1");
            cluster.leader();
            Datastore second = cluster.addLearner("n2", 2);
            put(first, "a", "1");

            cluster.awaitCaughtUp(2);
            MemberProgress heard = progress(first, 2);
            assertThat(heard.copying()).isFalse();
            assertThat(heard.silentMillis()).isLessThan(60_000);
            assertThat(progress(first, GrowingCluster.id(first)).silentMillis()).isZero();
            assertThat(second.membership().progress()).isEmpty();

            cluster.stop("n2");
            await("silence", () -> progress(first, 2).silentMillis() > 700);
            assertThatThrownBy(() -> get(first.membership().promote(2))).hasMessageContaining("does not answer");
            assertThat(first.members()).extracting(Member::name).containsExactlyInAnyOrder("n1", "n2");
        }
    }

    private static MemberProgress progress(Datastore leader, long memberId) {
        return leader.membership().progress().stream()
                .filter(each -> each.memberId() == memberId)
                .findFirst()
                .orElseThrow();
    }
}
