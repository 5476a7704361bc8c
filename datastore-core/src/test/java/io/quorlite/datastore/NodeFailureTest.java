package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.command.Command;
import io.quorlite.command.CommandCodec;
import io.quorlite.command.Proposal;
import io.quorlite.command.RequestId;
import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.OpResult;
import io.quorlite.mvcc.Txn;
import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.Replica;
import io.quorlite.replication.Replication;
import io.quorlite.replication.memory.MemoryReplication;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a member does after which it must not go on. */
class NodeFailureTest {
    @TempDir
    Path temp;

    @Test
    void afterAFatalErrorNothingIsServedAndNothingWritten() throws Exception {
        ScriptedReplication log = new ScriptedReplication();
        try (Datastore store = open(log)) {
            CompletableFuture<OpResult.Put> sent = store.put(put("a"));
            CompletableFuture<Void> terminated = store.terminated();
            RecordingSink sink = new RecordingSink();
            store.watch(sink);
            IOException cause = new IOException("injected");

            replica(log).fatal(cause);

            assertThat(Failures.kindOf(sent)).isEqualTo(Kind.OUTCOME_UNKNOWN);
            assertThat(Failures.kindOf(store.put(put("b")))).isEqualTo(Kind.STOPPED);
            assertThat(Failures.kindOf(store.range(Op.Range.of(KeyRange.all()), ReadLevel.SERIALIZABLE)))
                    .isEqualTo(Kind.STOPPED);
            assertThat(sink.hasFailed()).isTrue();
            assertThatThrownBy(terminated::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCause(cause);
            assertThatThrownBy(() -> replica(log).apply(List.of(new CommittedEntry(1, 1, new byte[0]))))
                    .isInstanceOf(DatastoreException.class);
            assertThatThrownBy(() -> replica(log).persist()).isInstanceOf(DatastoreException.class);
            TestCluster.await("leaving the group", () -> log.closed);
        }
    }

    @Test
    void anEntryThatCannotBeReadStopsTheMember() throws Exception {
        ScriptedReplication log = new ScriptedReplication();
        try (Datastore store = open(log)) {
            assertThatThrownBy(() -> replica(log).apply(List.of(new CommittedEntry(1, 1, new byte[] {99, 1, 2}))))
                    .hasMessageContaining("version 99");
            assertThat(store.revision()).isEqualTo(1);
        }
    }

    @Test
    void entriesThatComeAgainAreSkipped() throws Exception {
        ScriptedReplication log = new ScriptedReplication();
        try (Datastore store = open(log)) {
            CommittedEntry first = entry(1);
            CommittedEntry second = entry(2);

            replica(log).apply(List.of(first));
            replica(log).apply(List.of(first, second));
            replica(log).apply(List.of(second));

            assertThat(store.revision()).isEqualTo(3);
            assertThat(replica(log).appliedIndex()).isEqualTo(2);
        }
    }

    @Test
    void whatIsBoundToAnotherTermDoesNothing() throws Exception {
        ScriptedReplication log = new ScriptedReplication();
        try (Datastore store = open(log)) {
            Command put = new Command.Write(Txn.of(put("a")));
            Proposal bound = new Proposal(new RequestId(1, 1), new Command.InTerm(3, put));
            byte[] data = CommandCodec.encode(List.of(bound));
            assertThat(CommandCodec.decode(data)).containsExactly(bound);

            replica(log).apply(List.of(new CommittedEntry(1, 4, data)));
            assertThat(store.revision()).isEqualTo(1);
            replica(log).apply(List.of(new CommittedEntry(2, 3, data)));
            assertThat(store.revision()).isEqualTo(2);
        }
    }

    @Test
    void anInstalledCopyTakesThePlaceOfTheStore() throws Exception {
        Path copy = temp.resolve("copy.db");
        HashResult hash;
        try (Datastore source = openOnMemory(temp.resolve("source"))) {
            for (int i = 0; i < 20; i++) {
                TestCluster.put(source, "key-" + i, "value");
            }
            TestCluster.get(source.grantLease(7, 60));
            hash = TestCluster.get(source.hash(0));
            source.node().replica().copyTo(copy);
        }
        ScriptedReplication log = new ScriptedReplication();
        try (Datastore store = open(log)) {
            CompletableFuture<OpResult.Put> sent = store.put(put("a"));

            replica(log).install(copy);

            // It may be in the copy, and no later entry would say so.
            assertThat(Failures.kindOf(sent)).isEqualTo(Kind.OUTCOME_UNKNOWN);
            assertThat(TestCluster.get(store.hash(0))).isEqualTo(hash);
            assertThat(store.node().state().leases().exists(7)).isTrue();
            assertThat(replica(log).appliedIndex()).isEqualTo(store.status().appliedIndex());
        }
    }

    @Test
    void aDamagedValueIsNeverServed() throws Exception {
        Path dir = temp.resolve("d");
        String value = "value-to-be-damaged".repeat(20);
        try (Datastore store = openOnMemory(dir)) {
            TestCluster.put(store, "a", value);
        }
        flipABit(dir.resolve("db/quorlite.db"), value);

        try (Datastore store = openOnMemory(dir)) {
            CompletableFuture<?> read = store.range(Op.Range.of(KeyRange.all()), ReadLevel.SERIALIZABLE);

            assertThat(Failures.kindOf(read)).isEqualTo(Kind.CORRUPT);
            assertThatThrownBy(() -> store.terminated().get()).hasMessageContaining("checksum");
            assertThat(store.status().alarms()).contains("CORRUPT");
            assertThat(Failures.kindOf(store.put(put("b")))).isIn(Kind.CORRUPT, Kind.STOPPED);
        }
    }

    private Datastore open(Replication log) throws IOException {
        return Datastore.open(configIn(temp.resolve("scripted")), (config, identity, directory) -> log);
    }

    private static Datastore openOnMemory(Path dir) throws IOException {
        return Datastore.open(configIn(dir), (config, identity, directory) -> MemoryReplication.single());
    }

    private static Replica replica(ScriptedReplication log) {
        Replica replica = log.replica;
        if (replica == null) {
            throw new AssertionError("not started");
        }
        return replica;
    }

    private static Op.Put put(String key) {
        return Op.Put.of(Bytes.utf8(key), Bytes.utf8("value"));
    }

    private static CommittedEntry entry(long index) {
        Proposal proposal = new Proposal(new RequestId(1, index), new Command.Write(Txn.of(put("key-" + index))));
        return new CommittedEntry(index, 1, CommandCodec.encode(List.of(proposal)));
    }

    private static void flipABit(Path file, String inside) throws IOException {
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        int at = content.indexOf(inside);
        assertThat(at).as("the value in the file").isPositive();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (content.charAt(at + 3) ^ 4)}), at + 3L);
        }
    }

    /** Named peers, so that every store of a test is a member of the same cluster and can take the other's copy. */
    private static DatastoreConfig configIn(Path directory) {
        return DatastoreConfig.builder(directory)
                .peers(List.of(new Member(0, "default", new PeerAddress("127.0.0.1", 2380), false)))
                .build();
    }
}
