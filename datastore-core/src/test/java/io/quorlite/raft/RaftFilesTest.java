package io.quorlite.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.raft.transport.AddressBook;
import io.quorlite.replication.CorruptLogException;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.sofajraft.entity.RaftOutter.SnapshotMeta;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small files beside the log: the snapshot record and the members. */
class RaftFilesTest {
    @TempDir
    Path directory;

    @Test
    void snapshotRecordComesBack() throws Exception {
        Path file = directory.resolve("snapshot");
        SnapshotMeta meta = SnapshotMeta.newBuilder()
                .setLastIncludedIndex(42)
                .setLastIncludedTerm(3)
                .addPeers("m0000000000000001:1")
                .build();
        assertThat(SnapshotRecord.read(file)).isNull();

        SnapshotRecord.write(file, meta);

        assertThat(SnapshotRecord.read(file)).isEqualTo(meta);
    }

    @Test
    void everyFlippedBitOfASnapshotRecordIsSeen() throws Exception {
        Path file = directory.resolve("snapshot");
        SnapshotRecord.write(
                file,
                SnapshotMeta.newBuilder()
                        .setLastIncludedIndex(42)
                        .setLastIncludedTerm(3)
                        .build());
        byte[] good = Files.readAllBytes(file);

        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, bad);
            assertThatThrownBy(() -> SnapshotRecord.read(file))
                    .as("bit %d", bit)
                    .isInstanceOf(CorruptLogException.class);
        }
    }

    @Test
    void registryKeepsWhatItLearns() throws Exception {
        Path file = directory.resolve("members");
        Member one = new Member(1, "one", new PeerAddress("host-1", 2380), false);
        Member two = new Member(2, "two", new PeerAddress("host-2", 2380), false);
        MemberRegistry registry = MemberRegistry.open(file, new AddressBook(), one, List.of());

        registry.applyEntry(registry.entryWith(two));

        AddressBook book = new AddressBook();
        MemberRegistry again = MemberRegistry.open(file, book, one, List.of());
        assertThat(again.member(2, true)).isEqualTo(new Member(2, "two", new PeerAddress("host-2", 2380), true));
        assertThat(again.find(1)).isEqualTo(one);
        assertThat(again.find(3)).isNull();
        assertThat(book.get(2)).isEqualTo(new PeerAddress("host-2", 2380));
        assertThat(MemberRegistry.isEntry(registry.entryWith(two))).isTrue();
        assertThat(MemberRegistry.isEntry(new byte[] {1, 2, 3})).isFalse();
    }

    @Test
    void damagedRegistryIsRefused() throws Exception {
        Path file = directory.resolve("members");
        Member one = new Member(1, "one", new PeerAddress("host-1", 2380), false);
        MemberRegistry registry = MemberRegistry.open(file, new AddressBook(), one, List.of());
        registry.applyEntry(registry.entryWith(new Member(2, "two", one.peerAddress(), false)));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> MemberRegistry.open(file, new AddressBook(), one, List.of()))
                .isInstanceOf(CorruptLogException.class);
    }
}
