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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two of three members are gone for good. */
@Timeout(240)
class QuorumLossTest {
    private static final long NEW_CLUSTER = 0xBEEF;
    private static final int WRITES = 40;

    @TempDir
    Path temp;

    @Test
    void theSurvivorHasEveryAcknowledgedWriteInANewClusterThatTheOldMembersCannotEnter() throws Exception {
        try (GrowingCluster cluster = stoppedThree()) {
            LogPosition before = QuorumLoss.inspect(cluster.directory("n3"));

            QuorumLoss.forceNewGroup(cluster.directory("n3"), NEW_CLUSTER);

            Datastore survivor = cluster.open("n3", cluster.config("n3").build());
            assertHasAllWrites(survivor);
            assertThat(survivor.status().clusterId()).isEqualTo(NEW_CLUSTER);
            assertThat(GrowingCluster.voters(survivor)).containsExactly("n3");
            assertThat(cluster.directory("n3").resolve("identity.before-" + MemberIdentity.hex(before.clusterId())))
                    .exists();
            assertThat(put(survivor, "after", "1")).isEqualTo(WRITES + 2);

            try (Datastore old = Datastore.open(cluster.config("n2").build())) {
                assertThat(Failures.kindOf(old.checkLinearizable())).isIn(Kind.NO_LEADER, Kind.TIMEOUT);
                assertThat(old.terminated()).isNotDone();
            }
            assertThat(survivor.status().replication().isLeader()).isTrue();

            cluster.addVoter("n4", 4);
            cluster.addVoter("n5", 5);
            cluster.awaitEqual();
            await("three", () -> GrowingCluster.voters(cluster.member("n5")).equals(List.of("n3", "n4", "n5")));

            // Nobody remembers the old members so well as to take them back.
            get(survivor.transferLeadership(4));
            await("the newcomer to lead", () -> GrowingCluster.id(cluster.leader()) == 4);
            put(cluster.leader(), "later", "1");
            assertThat(cluster.leader().members()).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"new identity", "database", "log"})
    void onceTheIdentityIsNewTheRestIsDoneByTheNextStart(String step) throws Exception {
        try (GrowingCluster cluster = stoppedThree()) {
            stopAfter(cluster.directory("n3"), step);

            Datastore survivor = cluster.open("n3", cluster.config("n3").build());

            assertHasAllWrites(survivor);
            assertThat(survivor.status().clusterId()).isEqualTo(NEW_CLUSTER);
            assertThat(put(survivor, "after", "1")).isEqualTo(WRITES + 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"old identity kept", "new identity", "database", "log"})
    void itIsRepeatedAfterACrashAtAnyStep(String step) throws Exception {
        try (GrowingCluster cluster = stoppedThree()) {
            stopAfter(cluster.directory("n3"), step);

            QuorumLoss.forceNewGroup(cluster.directory("n3"), NEW_CLUSTER);
            QuorumLoss.forceNewGroup(cluster.directory("n3"), NEW_CLUSTER);

            assertHasAllWrites(cluster.open("n3", cluster.config("n3").build()));
        }
    }

    @Test
    void beforeTheIdentityIsNewTheOldClusterGoesOnAsItWas() throws Exception {
        try (GrowingCluster cluster = stoppedThree()) {
            LogPosition before = QuorumLoss.inspect(cluster.directory("n3"));

            stopAfter(cluster.directory("n3"), "old identity kept");

            assertThat(QuorumLoss.inspect(cluster.directory("n3"))).isEqualTo(before);
            for (String name : List.of("n1", "n2", "n3")) {
                cluster.open(name, cluster.config(name).build());
            }
            assertThat(GrowingCluster.retried(() -> put(cluster.member("n3"), "after", "1")))
                    .isEqualTo(WRITES + 2);
            assertThat(GrowingCluster.voters(cluster.member("n1"))).containsExactly("n1", "n2", "n3");
        }
    }

    private static void stopAfter(Path directory, String wanted) {
        assertThatThrownBy(() -> QuorumLoss.forceNewGroup(directory, NEW_CLUSTER, step -> {
                    if (step.equals(wanted)) {
                        throw new IOException("stopped after " + step);
                    }
                }))
                .hasMessage("stopped after " + wanted);
    }

    @Test
    void inspectingTellsWhoReachesFurthestAndLeavesNoTrace() throws Exception {
        try (GrowingCluster cluster = three()) {
            cluster.stop("n2");
            write(cluster, WRITES);
            cluster.stop("n3");
            cluster.stop("n1");
            Map<String, byte[]> before = files(cluster.directory("n3"));

            LogPosition longest = QuorumLoss.inspect(cluster.directory("n3"));
            LogPosition shorter = QuorumLoss.inspect(cluster.directory("n2"));

            assertThat(longest.reachesAsFarAs(shorter)).isTrue();
            assertThat(shorter.reachesAsFarAs(longest)).isFalse();
            assertThat(longest.name()).isEqualTo("n3");
            assertThat(longest.memberId()).isEqualTo(3);
            assertThat(longest.lastIndex()).isGreaterThan(WRITES);
            assertThat(longest.members()).extracting(Member::name).containsExactlyInAnyOrder("n1", "n2", "n3");
            Map<String, byte[]> after = files(cluster.directory("n3"));
            assertThat(after.keySet()).isEqualTo(before.keySet());
            before.forEach(
                    (name, content) -> assertThat(after.get(name)).as(name).isEqualTo(content));
        }
    }

    @Test
    void refusesARunningMemberAndAnEmptyDirectory() throws Exception {
        try (GrowingCluster cluster = new GrowingCluster(temp, settings -> {})) {
            cluster.start("n1");
            assertThatThrownBy(() -> QuorumLoss.inspect(cluster.directory("n1")))
                    .hasMessageContaining("in use by process");
            assertThatThrownBy(() -> QuorumLoss.forceNewGroup(cluster.directory("n1"), NEW_CLUSTER))
                    .hasMessageContaining("in use by process");
            assertThatThrownBy(() -> QuorumLoss.inspect(temp.resolve("nothing")))
                    .hasMessageContaining("no member's data");
        }
    }

    private static Map<String, byte[]> files(Path directory) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                contents.put(directory.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return contents;
    }

    private static void assertHasAllWrites(Datastore store) throws Exception {
        assertThat(get(store.range(Op.Range.of(KeyRange.all()), ReadLevel.LINEARIZABLE))
                        .kvs())
                .extracting(KeyValue::key)
                .containsAll(IntStream.range(0, WRITES)
                        .mapToObj(i -> Bytes.utf8("key-" + i))
                        .toList());
    }

    private static void write(GrowingCluster cluster, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            put(cluster.leader(), "key-" + i, "value-" + i);
        }
    }

    private GrowingCluster three() throws Exception {
        GrowingCluster cluster = new GrowingCluster(temp, settings -> {});
        cluster.start("n1");
        cluster.addVoter("n2", 2);
        cluster.addVoter("n3", 3);
        return cluster;
    }

    /** With all writes in all logs. The first two stop first, and take the outcome of what was under way with them. */
    private GrowingCluster stoppedThree() throws Exception {
        GrowingCluster cluster = three();
        write(cluster, WRITES);
        cluster.awaitEqual();
        cluster.stop("n1");
        cluster.stop("n2");
        cluster.stop("n3");
        return cluster;
    }
}
