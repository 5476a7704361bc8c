package io.quorlite.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.replication.CorruptLogException;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationStatus;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class RaftReplicationAloneTest {
    private static final Member SELF = new Member(7, "seven", new PeerAddress("127.0.0.1", 0), false);

    @TempDir
    Path directory;

    @Test
    void appliesWhatIsProposedInOneOrder() throws Exception {
        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config().build())) {
            List<CompletableFuture<Long>> all = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                all.add(replica.propose(raft, "entry " + i));
            }

            long last = 0;
            for (CompletableFuture<Long> each : all) {
                long index = each.get(60, TimeUnit.SECONDS);
                assertThat(index).isGreaterThan(last);
                last = index;
            }
            assertThat(replica.applied()).hasSize(500);
            // Behind them all, if they were quicker, is the entry with which the leader begins its term.
            assertThat(raft.readBarrier().get(60, TimeUnit.SECONDS))
                    .isBetween(last, last + 1)
                    .isEqualTo(replica.appliedIndex());
            assertThat(raft.status().role()).isEqualTo(ReplicationStatus.Role.LEADER);
            assertThat(raft.status().leaderId()).isEqualTo(7);
            assertThat(replica.members).extracting(Member::name).isSubsetOf("seven");
            assertThat(raft.members()).extracting(Member::id).containsExactly(7L);
        }
    }

    @Test
    void restartAppliesOnlyWhatTheDatabaseLacks() throws Exception {
        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config().build())) {
            for (int i = 0; i < 20; i++) {
                replica.propose(raft, "entry " + i).get(60, TimeUnit.SECONDS);
            }
        }
        cutDatabase(10); // as after the loss of power: the newest commits of the database are gone

        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config().build())) {
            Waiting.until(
                    "leader",
                    () -> replica.events.contains("gained " + raft.status().term()));

            assertThat(replica.applied()).hasSize(20).startsWith("entry 0").endsWith("entry 19");
            replica.propose(raft, "after").get(60, TimeUnit.SECONDS);
            assertThat(replica.applied()).hasSize(21);
        }
    }

    @Test
    void tornTailOfTheLogIsCut() throws Exception {
        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config().build())) {
            replica.propose(raft, "kept").get(60, TimeUnit.SECONDS);
        }
        Path segment = lastSegment();
        long end = endOfData(segment);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(end);
            file.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}); // no record
        }

        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config().build())) {
            replica.propose(raft, "more").get(60, TimeUnit.SECONDS);

            assertThat(replica.applied()).containsExactly("kept", "more");
        }
    }

    @Test
    void compactedLogIsNotNeededAtRestart() throws Exception {
        RaftConfig config =
                config().logTailEntries(0).snapshotEntries(1_000_000).build();
        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config)) {
            for (int i = 0; i < 50; i++) {
                replica.propose(raft, "entry " + i + " " + "x".repeat(1_000)).get(60, TimeUnit.SECONDS);
            }
            raft.compactLog().get(60, TimeUnit.SECONDS);
            replica.propose(raft, "after").get(60, TimeUnit.SECONDS);
            raft.compactLog().get(60, TimeUnit.SECONDS);
            raft.compactLog().get(60, TimeUnit.SECONDS);
        }
        assertThat(directory.resolve("raft/snapshot")).exists();

        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config)) {
            replica.propose(raft, "last").get(60, TimeUnit.SECONDS);
            assertThat(replica.applied()).hasSize(52).endsWith("after", "last");
            assertThat(replica.installs).isZero();
        }
    }

    @Test
    void snapshotRecordsComeByThemselves() throws Exception {
        RaftConfig config = config().logTailEntries(5).snapshotEntries(10).build();
        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config)) {
            Waiting.until("record", () -> {
                replica.propose(raft, "entry " + System.nanoTime()).join();
                return Files.exists(directory.resolve("raft/snapshot"));
            });
        }
    }

    @Test
    void refusesDatabaseThatLacksWhatTheLogHasDropped() throws Exception {
        RaftConfig config = config().logTailEntries(0).build();
        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config)) {
            replica.propose(raft, "a").get(60, TimeUnit.SECONDS);
            raft.compactLog().get(60, TimeUnit.SECONDS);
        }
        Files.delete(directory.resolve("db/entries"));

        try (FileReplica replica = replica();
                RaftReplication raft = new RaftReplication(config)) {
            assertThatThrownBy(() -> raft.start(replica))
                    .isInstanceOf(CorruptLogException.class)
                    .hasMessageContaining("database was replaced or lost");
        }
    }

    @Test
    void refusesDatabaseOfALostLog() throws Exception {
        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config().build())) {
            replica.propose(raft, "a").get(60, TimeUnit.SECONDS);
        }
        try (Stream<Path> files = Files.list(directory.resolve("raft/log"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }

        try (FileReplica replica = replica();
                RaftReplication raft = new RaftReplication(config().build())) {
            assertThatThrownBy(() -> raft.start(replica)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void failingReplicaStopsTheMemberForGood() throws Exception {
        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, config().build())) {
            replica.propose(raft, "good").get(60, TimeUnit.SECONDS);
            replica.failOn = "bad";

            CompletableFuture<Long> bad = replica.propose(raft, "bad");
            Waiting.until("fatal", () -> replica.fatal != null);
            CompletableFuture<Long> after = replica.propose(raft, "after");

            assertThat(replica.fatal).hasMessageContaining("told to fail");
            assertThatThrownBy(() -> after.get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("STOPPED");
            assertThat(raft.readBarrier()).isCompletedExceptionally();
            assertThat(raft.status().role()).isEqualTo(ReplicationStatus.Role.STOPPED);
            assertThat(replica.applied()).containsExactly("good");
            assertThat(bad.isDone() && !bad.isCompletedExceptionally()).isFalse();
        }
    }

    @Test
    void refusesBadProposals() throws Exception {
        try (FileReplica replica = replica();
                RaftReplication raft =
                        started(replica, config().entryBytesMax(100).build())) {
            CompletableFuture<Long> tooLarge = replica.propose(raft, "x".repeat(101));

            assertThatThrownBy(tooLarge::get).hasMessageContaining("TOO_LARGE");
            assertThatThrownBy(() -> replica.propose(raft, "")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(
                            () -> raft.changeMember(new MemberChange.Remove(7)).get())
                    .hasCauseInstanceOf(ReplicationException.class);
            assertThat(new String(raft.askLeader("why".getBytes()).get())).isEqualTo("answer to why");
        }
    }

    private RaftConfig.Builder config() {
        return RaftConfig.builder(directory.resolve("raft"), 1, SELF).logSegmentBytes(1 << 20);
    }

    private FileReplica replica() throws IOException {
        return new FileReplica(directory.resolve("db/entries"));
    }

    private static RaftReplication started(FileReplica replica, RaftConfig config) throws IOException {
        RaftReplication raft = new RaftReplication(config);
        raft.start(replica);
        Waiting.until("leader", () -> raft.status().isLeader() && raft.status().leaderId() == 7);
        return raft;
    }

    private void cutDatabase(int entries) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("db/entries").toFile(), "rw")) {
            for (int i = 0; i < entries; i++) {
                file.readLong();
                file.readLong();
                file.skipBytes(file.readInt());
            }
            file.setLength(file.getFilePointer());
        }
    }

    private Path lastSegment() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("raft/log"))) {
            return files.filter(f -> f.toFile().length() > 4_096)
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }

    private static long endOfData(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return (end + 7L) / 8 * 8;
    }
}
