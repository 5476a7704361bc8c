package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.OpResult;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One member on its real log. */
class DatastoreTest {
    @TempDir
    Path temp;

    @Test
    void theExampleOfTheDocumentationRuns() throws Exception {
        Path dir = temp.resolve("example");

        try (Datastore store = Datastore.open(DatastoreConfig.inDirectory(dir))) {
            store.put(Op.Put.of(Bytes.utf8("greeting"), Bytes.utf8("hello"))).join();
        }

        try (Datastore store = Datastore.open(DatastoreConfig.inDirectory(dir))) {
            RangeResult read = store.range(Op.Range.of(KeyRange.single(Bytes.utf8("greeting"))), ReadLevel.LINEARIZABLE)
                    .join();
            assertThat(read.kvs()).extracting(KeyValue::value).containsExactly(Bytes.utf8("hello"));
        }
    }

    @Test
    void restartKeepsKeysLeasesAndRevisions() throws Exception {
        DatastoreConfig config = DatastoreConfig.inDirectory(temp.resolve("d"));
        HashResult hash;
        try (Datastore store = Datastore.open(config)) {
            TestCluster.get(store.grantLease(7, 600));
            TestCluster.get(store.put(Op.Put.of(Bytes.utf8("leased"), Bytes.utf8("1"), 7)));
            for (int i = 0; i < 100; i++) {
                TestCluster.put(store, "key-" + i % 10, "value-" + i);
            }
            TestCluster.get(store.compact(50, true));
            hash = TestCluster.get(store.hash(0));
        }

        try (Datastore store = Datastore.open(config)) {
            assertThat(TestCluster.put(store, "next", "1")).isEqualTo(103);
            assertThat(TestCluster.get(store.hash(102)).hash()).isEqualTo(hash.hash());
            assertThat(TestCluster.get(store.leaseTimeToLive(7, true)).keys()).containsExactly(Bytes.utf8("leased"));
            assertThat(store.status().compactRevision()).isEqualTo(50);
        }
    }

    @Test
    void whatACrashLeavesIsReplayedFromTheLog() throws Exception {
        Path dir = temp.resolve("d");
        Path crashed = temp.resolve("crashed");
        HashResult hash;
        try (Datastore store = Datastore.open(DatastoreConfig.inDirectory(dir))) {
            for (int i = 0; i < 100; i++) {
                TestCluster.put(store, "key-" + i % 10, "value-" + i);
            }
            hash = TestCluster.get(store.hash(0));
            copy(dir, crashed);
        }
        // As after a loss of power: of the database only what was synced is there.
        Files.delete(crashed.resolve("db/quorlite.db-wal"));
        Files.deleteIfExists(crashed.resolve("db/quorlite.db-shm"));

        try (Datastore store = Datastore.open(DatastoreConfig.inDirectory(crashed))) {
            TestCluster.get(store.checkLinearizable());

            assertThat(TestCluster.get(store.hash(0))).isEqualTo(hash);
            assertThat(TestCluster.put(store, "next", "1")).isEqualTo(102);
        }
    }

    @Test
    void theLogIsCutAndTheMemberStartsFromItsDatabase() throws Exception {
        DatastoreConfig config = DatastoreConfig.builder(temp.resolve("d"))
                .snapshotEntries(50)
                .logTailEntries(10)
                .build();
        HashResult hash;
        try (Datastore store = Datastore.open(config)) {
            for (int i = 0; i < 300; i++) {
                TestCluster.put(store, "key", "value-" + i);
            }
            TestCluster.get(store.compactLog());
            hash = TestCluster.get(store.hash(0));
        }

        try (Datastore store = Datastore.open(config)) {
            TestCluster.get(store.checkLinearizable());
            assertThat(TestCluster.get(store.hash(0))).isEqualTo(hash);
        }
    }

    @Test
    void manyAtOnceGetTheirOwnAnswersInOrder() throws Exception {
        try (Datastore store = Datastore.open(DatastoreConfig.inDirectory(temp.resolve("d")))) {
            List<CompletableFuture<OpResult.Put>> answers = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                answers.add(store.put(Op.Put.of(Bytes.utf8("key-" + i), Bytes.utf8("value"))));
            }

            for (int i = 0; i < 1_000; i++) {
                assertThat(TestCluster.get(answers.get(i)).revision()).isEqualTo(i + 2);
            }
        }
    }

    @Test
    void aSecondOpenAndAnotherClusterAreRefused() throws Exception {
        Path dir = temp.resolve("d");
        try (Datastore store = Datastore.open(DatastoreConfig.inDirectory(dir))) {
            TestCluster.put(store, "a", "1");
            assertThatThrownBy(() -> Datastore.open(DatastoreConfig.inDirectory(dir)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by process");
        }

        assertThatThrownBy(() -> Datastore.open(
                        DatastoreConfig.builder(dir).clusterToken("other").build()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another cluster token");
    }

    @Test
    void aDatabaseThatIsNoneIsRefusedAndEverythingIsLetGoAgain() throws Exception {
        Path dir = temp.resolve("d");
        DatastoreConfig config = DatastoreConfig.inDirectory(dir);
        try (Datastore store = Datastore.open(config)) {
            TestCluster.put(store, "a", "1");
        }
        Path database = dir.resolve("db/quorlite.db");
        byte[] sound = Files.readAllBytes(database);
        Files.write(database, new byte[sound.length]);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> Datastore.open(config))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot open the database");
        }

        Files.write(database, sound);
        try (Datastore store = Datastore.open(config)) {
            assertThat(TestCluster.put(store, "b", "2")).isEqualTo(3);
        }
    }

    @Test
    void anAddressInUseIsRefused() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            DatastoreConfig config = DatastoreConfig.builder(temp.resolve("d"))
                    .name("n1")
                    .peer("n1", new PeerAddress("127.0.0.1", taken.getLocalPort()))
                    .peer("n2", new PeerAddress("127.0.0.1", 1))
                    .build();

            assertThatThrownBy(() -> Datastore.open(config))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
