package io.quorlite.datastore;

import static io.quorlite.datastore.TestCluster.await;
import static io.quorlite.datastore.TestCluster.get;
import static io.quorlite.datastore.TestCluster.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.OpResult;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.replication.Member;
import io.quorlite.watch.WatchRequest;
import io.quorlite.watch.WatchStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members on real logs and a real network, in one process. */
class DatastoreClusterTest {
    @TempDir
    Path temp;

    @Test
    void everyMemberWritesReadsAndWatchesTheSameStore() throws Exception {
        try (TestCluster cluster = new TestCluster(temp, settings -> {}).startAll()) {
            RecordingSink sink = new RecordingSink();
            try (WatchStream stream = cluster.member(cluster.follower()).watch(sink)) {
                stream.create(new WatchRequest(KeyRange.all(), 2, 0, true, false, false, false));

                for (int i = 0; i < 30; i++) {
                    long revision = put(cluster.member(i % 3), "key-" + i % 5, "value-" + i);
                    assertThat(revision).isEqualTo(i + 2);
                    RangeResult read = get(cluster.member((i + 1) % 3)
                            .range(Op.Range.of(KeyRange.single(Bytes.utf8("key-" + i % 5))), ReadLevel.LINEARIZABLE));
                    assertThat(read.kvs()).extracting(KeyValue::value).containsExactly(Bytes.utf8("value-" + i));
                    assertThat(read.revision()).isEqualTo(revision);
                }

                List<KeyEvent> events = sink.awaitEvents(30);
                assertThat(events)
                        .extracting(event -> event.kv().modRevision())
                        .isEqualTo(LongStream.rangeClosed(2, 31).boxed().toList());
            }
            cluster.awaitEqual();
            assertThat(cluster.member(0).members())
                    .extracting(Member::name)
                    .containsExactlyInAnyOrder("n0", "n1", "n2");
        }
    }

    @Test
    void leasesAreKeptByTheLeaderAndAskedForAnywhere() throws Exception {
        try (TestCluster cluster = new TestCluster(temp, settings -> {}).startAll()) {
            Datastore follower = cluster.member(cluster.follower());

            LeaseStatus lease = get(follower.grantLease(0, 600));
            get(follower.put(Op.Put.of(Bytes.utf8("a"), Bytes.utf8("1"), lease.id())));

            assertThat(get(follower.keepLeaseAlive(lease.id()))).isEqualTo(600);
            LeaseStatus status = get(follower.leaseTimeToLive(lease.id(), true));
            assertThat(status.grantedTtlSeconds()).isEqualTo(600);
            assertThat(status.remainingSeconds()).isBetween(500L, 600L);
            assertThat(status.keys()).containsExactly(Bytes.utf8("a"));
            assertThat(get(follower.leases())).containsExactly(lease.id());
            assertThat(get(follower.keepLeaseAlive(12345))).isZero();

            // The next leader knows it, too, and lets it live for its whole time again.
            cluster.stop(cluster.leader());
            assertThat(get(follower.keepLeaseAlive(lease.id()))).isEqualTo(600);

            get(follower.grantLease(5, 2));
            get(follower.put(Op.Put.of(Bytes.utf8("b"), Bytes.utf8("2"), 5)));
            await(
                    "revocation of an expired lease",
                    () -> !get(follower.leases()).contains(5L));
            assertThat(get(follower.range(Op.Range.of(KeyRange.all()), ReadLevel.LINEARIZABLE))
                            .kvs())
                    .extracting(KeyValue::key)
                    .containsExactly(Bytes.utf8("a"));
        }
    }

    @Test
    void whenTheLeaderClosesTheOthersGoOnAndItCatchesUp() throws Exception {
        try (TestCluster cluster = new TestCluster(temp, settings -> {}).startAll()) {
            put(cluster.member(0), "a", "1");
            int leader = cluster.leader();

            cluster.stop(leader);
            int other = cluster.leader();
            for (int i = 0; i < 20; i++) {
                put(cluster.member(other), "b", "value-" + i);
            }
            cluster.start(leader);

            assertThat(get(cluster.member(leader).checkLinearizable())).isEqualTo(22);
            cluster.awaitEqual();
        }
    }

    @Test
    void leadershipMovesOnRequestWithoutALostWrite() throws Exception {
        try (TestCluster cluster = new TestCluster(temp, settings -> {}).startAll()) {
            int leader = cluster.leader();
            List<CompletableFuture<OpResult.Put>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                answers.add(cluster.member(cluster.follower()).put(Op.Put.of(Bytes.utf8("k" + i), Bytes.utf8("v"))));
                if (i == 100) {
                    long successor = cluster.member(cluster.follower())
                            .status()
                            .replication()
                            .memberId();
                    get(cluster.member(leader).transferLeadership(successor));
                }
            }

            int acknowledged = 0;
            for (int i = 0; i < 200; i++) {
                OpResult.Put answer =
                        answers.get(i).exceptionally(failure -> null).get();
                if (answer != null) {
                    acknowledged++;
                    assertThat(get(cluster.member(0)
                                            .range(
                                                    Op.Range.of(KeyRange.single(Bytes.utf8("k" + i))),
                                                    ReadLevel.LINEARIZABLE))
                                    .count())
                            .isEqualTo(1);
                }
            }
            assertThat(acknowledged).isPositive();
            cluster.awaitEqual();
        }
    }

    @Test
    void aFollowerThatLacksWhatTheLogDroppedIsSentTheDatabase() throws Exception {
        try (TestCluster cluster =
                new TestCluster(temp, settings -> settings.snapshotEntries(50).logTailEntries(10)).startAll()) {
            int lagging = cluster.follower();
            put(cluster.member(lagging), "before", "1");
            cluster.awaitEqual();
            cluster.stop(lagging);
            for (int i = 0; i < 400; i++) {
                put(cluster.member(cluster.leader()), "key-" + i % 20, "value-" + i);
            }
            get(cluster.member(cluster.leader()).grantLease(9, 600));
            for (Datastore store : cluster.members()) {
                get(store.compactLog());
            }

            Datastore back = cluster.start(lagging);

            assertThat(get(back.checkLinearizable())).isEqualTo(402);
            cluster.awaitEqual();
            assertThat(get(back.leases())).containsExactly(9L);
            RecordingSink sink = new RecordingSink();
            try (WatchStream stream = back.watch(sink)) {
                stream.create(WatchRequest.of(KeyRange.all(), 2));
                assertThat(sink.awaitEvents(401)).hasSize(401);
            }
            assertThat(put(back, "after", "1")).isEqualTo(403);
        }
    }

    @Test
    void aWriteWhoseOutcomeIsUnknownIsReportedAsSuch() throws Exception {
        try (TestCluster cluster =
                new TestCluster(temp, settings -> settings.requestTimeout(Duration.ofSeconds(3))).startAll()) {
            put(cluster.member(0), "a", "1");
            int leader = cluster.leader();
            List<Integer> followers = new ArrayList<>();
            for (int i = 0; i < TestCluster.SIZE; i++) {
                if (i != leader) {
                    followers.add(i);
                    cluster.stop(i);
                }
            }

            Datastore alone = cluster.member(leader);
            CompletableFuture<OpResult.Put> put = alone.put(Op.Put.of(Bytes.utf8("b"), Bytes.utf8("2")));

            // It entered the log of the leader, or found that one stepped down already; never "failed" in the first
            // case.
            assertThat(Failures.kindOf(put)).isIn(Kind.OUTCOME_UNKNOWN, Kind.NO_LEADER);
            assertThat(Failures.kindOf(alone.checkLinearizable())).isIn(Kind.NO_LEADER, Kind.TIMEOUT);
            assertThat(get(alone.range(Op.Range.of(KeyRange.all()), ReadLevel.SERIALIZABLE))
                            .revision())
                    .isEqualTo(2);

            for (int follower : followers) {
                cluster.start(follower);
            }
            await(
                    "a leader that serves",
                    () -> alone.checkLinearizable()
                            .handle((r, failure) -> failure == null)
                            .get());
            long present = get(alone.range(Op.Range.count(KeyRange.single(Bytes.utf8("b"))), ReadLevel.LINEARIZABLE))
                    .count();
            assertThat(put(alone, "c", "3")).isEqualTo(3 + present);
            cluster.awaitEqual();
        }
    }

    @Test
    void aLeaderThatFailsLeavesTheGroupToTheOthers() throws Exception {
        try (TestCluster cluster = new TestCluster(temp, settings -> {}).startAll()) {
            put(cluster.member(0), "a", "1");
            int failed = cluster.leader();
            CompletableFuture<Void> terminated = cluster.member(failed).terminated();

            cluster.member(failed).node().replica().fatal(new IOException("injected"));

            assertThat(terminated).isCompletedExceptionally();
            await("another leader", () -> cluster.leader() != failed);
            assertThat(put(cluster.member(cluster.leader()), "b", "2")).isEqualTo(3);
            cluster.stop(failed);
            cluster.start(failed);
            cluster.awaitEqual();
        }
    }

    @Test
    void acknowledgedWritesSurviveLeadersThatCloseUnderLoad() throws Exception {
        try (TestCluster cluster = new TestCluster(
                        temp,
                        settings ->
                                settings.snapshotEntries(200).logTailEntries(50).requestTimeout(Duration.ofSeconds(5)))
                .startAll()) {
            Writers writers = new Writers(cluster, 4);
            for (int round = 0; round < 3; round++) {
                writers.awaitAcknowledged(100);
                int leader = cluster.leader();
                cluster.stop(leader);
                writers.awaitAcknowledged(100);
                cluster.start(leader);
            }
            List<String> acknowledged = writers.stop();
            cluster.awaitEqual();

            Datastore store = cluster.member(cluster.follower());
            long newest = get(store.checkLinearizable());
            List<String> present = get(store.range(Op.Range.of(KeyRange.all()), ReadLevel.LINEARIZABLE)).kvs().stream()
                    .map(kv -> kv.key().toString())
                    .toList();
            assertThat(present).containsAll(acknowledged);
            assertThat(writers.refused()).noneMatch(present::contains);
            // Each write made one revision and no key was written twice: no gap, nothing applied twice.
            assertThat(newest).isEqualTo(present.size() + 1L);
            RecordingSink sink = new RecordingSink();
            try (WatchStream stream = store.watch(sink)) {
                stream.create(WatchRequest.of(KeyRange.all(), 2));
                assertThat(sink.awaitEvents(present.size()))
                        .extracting(event -> event.kv().modRevision())
                        .isEqualTo(LongStream.rangeClosed(2, newest).boxed().toList());
            }
        }
    }
}
