package io.quorlite.datastore;

import static io.quorlite.datastore.TestCluster.await;
import static io.quorlite.datastore.TestCluster.get;
import static io.quorlite.datastore.TestCluster.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Op;
import io.quorlite.replication.Member;
import io.quorlite.replication.RemovedFromClusterException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that leave for good, alive or dead, in touch or not. */
@Timeout(240)
class RemovalTest {
    @TempDir
    Path temp;

    @Test
    void aRemovedFollowerStopsServingAndItsDirectoryIsNotOpenedAgain() throws Exception {
        try (GrowingCluster cluster = three()) {
            Datastore gone = cluster.member("n3");
            CompletableFuture<Void> terminated = gone.terminated();
            long term = cluster.leader().status().replication().term();

            remove(cluster, 3);

            assertThatThrownBy(() -> get(terminated))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RemovedFromClusterException.class)
                    .hasMessageContaining("n3 was removed from its cluster");
            assertThat(Failures.kindOf(gone.put(Op.Put.of(Bytes.utf8("a"), Bytes.utf8("1")))))
                    .isEqualTo(Kind.STOPPED);
            cluster.stop("n3");
            assertThatThrownBy(() -> cluster.start("n3"))
                    .isInstanceOf(RemovedFromClusterException.class)
                    .hasMessageContaining(cluster.directory("n3").toString());

            put(cluster.leader(), "b", "2");
            assertThat(cluster.leader().status().replication().term()).isEqualTo(term);
            assertThat(GrowingCluster.voters(cluster.leader())).containsExactly("n1", "n2");
        }
    }

    @Test
    void aMemberRemovedWhileItWasAwayLearnsItAndRaisesNoTerm() throws Exception {
        try (GrowingCluster cluster = three()) {
            cluster.stop("n3");
            silent(cluster, 3);
            remove(cluster, 3);
            long term = cluster.leader().status().replication().term();

            Datastore back = cluster.start("n3"); // its own log says that it is a voter

            assertThatThrownBy(() -> get(back.terminated())).hasCauseInstanceOf(RemovedFromClusterException.class);
            TimeUnit.SECONDS.sleep(2); // a few election timeouts
            put(cluster.leader(), "b", "2");
            assertThat(cluster.leader().status().replication().term()).isEqualTo(term);
        }
    }

    @Test
    void learnersAndDeadMembersAreRemovedAndRemovingTwiceIsFine() throws Exception {
        try (GrowingCluster cluster = three()) {
            Datastore learner = cluster.addLearner("n4", 4);
            remove(cluster, 4);
            assertThatThrownBy(() -> get(learner.terminated())).hasCauseInstanceOf(RemovedFromClusterException.class);
            cluster.stop("n4");

            cluster.stop("n2");
            silent(cluster, 2);
            remove(cluster, 2);
            remove(cluster, 2);

            assertThat(GrowingCluster.voters(cluster.leader())).containsExactly("n1", "n3");
            assertThatThrownBy(() -> cluster.change(members -> members.remove(99)))
                    .hasMessageContaining("no member");
            assertThatThrownBy(() -> cluster.change(
                            members -> members.addLearner(new Member(2, "n2", cluster.address("n2"), true))))
                    .hasMessageContaining("never comes back");
        }
    }

    @Test
    void theLeaderIsRemovedAfterItHandedOver() throws Exception {
        try (GrowingCluster cluster = three()) {
            Datastore leader = cluster.leader();
            long id = GrowingCluster.id(leader);
            assertThatThrownBy(() -> get(leader.membership().remove(id))).hasMessageContaining("hand leadership over");

            get(leader.transferLeadership(0));
            GrowingCluster.retried(() -> {
                cluster.change(members -> members.remove(id));
                return true;
            });

            assertThatThrownBy(() -> get(leader.terminated())).hasCauseInstanceOf(RemovedFromClusterException.class);
        }
    }

    @Test
    void aRemovalThatWouldLeaveNoMajorityIsRefusedAndChangesNothing() throws Exception {
        try (GrowingCluster cluster = three()) {
            Datastore leader = cluster.leader();
            List<Long> others = leader.members().stream()
                    .map(Member::id)
                    .filter(id -> id != GrowingCluster.id(leader))
                    .toList();
            String dead = name(leader, others.get(0));
            cluster.stop(dead);
            silent(cluster, others.get(0));

            assertThatThrownBy(() -> get(leader.membership().remove(others.get(1))))
                    .hasMessageContaining("too few of 2 voters would answer")
                    .hasMessageContaining(dead);
            assertThatThrownBy(() -> get(leader.membership().demote(others.get(1))))
                    .hasMessageContaining("too few");

            put(leader, "b", "2");
            assertThat(GrowingCluster.voters(leader)).hasSize(3);
        }
    }

    @Test
    void fiveShrinkToOneUnderLoadAndKeepEverything() throws Exception {
        try (GrowingCluster cluster = three()) {
            cluster.addVoter("n4", 4);
            cluster.addVoter("n5", 5);
            for (long id : new long[] {5, 4, 3, 2}) {
                put(cluster.leader(), "before-" + id, "1");
                if (GrowingCluster.id(cluster.leader()) == id) {
                    get(cluster.leader().transferLeadership(0));
                    await("another", () -> GrowingCluster.id(cluster.leader()) != id);
                }
                GrowingCluster.retried(() -> {
                    cluster.change(members -> members.remove(id));
                    return true;
                });
                cluster.stop("n" + id);
            }

            Datastore last = cluster.leader();
            assertThat(put(last, "alone", "1")).isEqualTo(7);
            assertThat(GrowingCluster.voters(last)).containsExactly("n1");
            assertThatThrownBy(() -> get(last.membership().remove(GrowingCluster.id(last))))
                    .hasMessageContaining("hand leadership over");
            cluster.stop("n1");
            assertThat(get(cluster.start("n1").checkLinearizable())).isEqualTo(7);
            cluster.leader();
            cluster.addVoter("n6", 6);
        }
    }

    private static String name(Datastore store, long id) {
        return store.members().stream()
                .filter(member -> member.id() == id)
                .map(Member::name)
                .findFirst()
                .orElseThrow();
    }

    private static void remove(GrowingCluster cluster, long id) throws Exception {
        if (GrowingCluster.id(cluster.leader()) == id) {
            get(cluster.leader().transferLeadership(0));
            await("another leader", () -> GrowingCluster.id(cluster.leader()) != id);
        }
        GrowingCluster.retried(() -> {
            cluster.change(members -> members.remove(id));
            return true;
        });
    }

    private static void silent(GrowingCluster cluster, long id) throws Exception {
        await(
                "silence of " + id,
                () -> cluster.leader().membership().progress().stream()
                        .anyMatch(each -> each.memberId() == id && each.silentMillis() > 600));
    }

    private GrowingCluster three() throws Exception {
        GrowingCluster cluster = new GrowingCluster(temp, settings -> {});
        put(cluster.start("n1"), "a", "1");
        cluster.addVoter("n2", 2);
        cluster.addVoter("n3", 3);
        cluster.awaitEqual();
        return cluster;
    }
}
