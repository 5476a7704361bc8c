package io.quorlite.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.raft.log.LogOptions;
import io.quorlite.raft.log.SegmentedLogStorage;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.testing.FreePorts;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class StoppedMemberTest {
    @TempDir
    Path directory;

    /** As a leader is that loses power: the others had the entries on their disks, and it had applied them. */
    @Test
    void aDatabaseAheadOfItsLogLosesNothing() throws Exception {
        Member self = self();
        long applied;
        long term;
        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, self)) {
            Waiting.until("leader", () -> replica.events.stream().anyMatch(event -> event.startsWith("gained")));
            for (int i = 0; i < 10; i++) {
                replica.propose(raft, "entry " + i).get(60, TimeUnit.SECONDS);
            }
            applied = replica.appliedIndex();
            term = replica.appliedTerm();
        }
        Path raftDirectory = directory.resolve("raft");
        SegmentedLogStorage log =
                SegmentedLogStorage.open(raftDirectory.resolve("log"), LogOptions.DEFAULT, failed -> {});
        assertThat(log.truncateSuffix(applied - 3)).isTrue();
        log.shutdown();
        StoppedMember stopped = new StoppedMember(raftDirectory, self, List.of(self));

        stopped.becomeSurvivor(applied, term);
        StoppedMember.Position position = stopped.position();
        assertThat(position.lastIndex()).isEqualTo(applied + 2);
        assertThat(position.committedIndex()).isEqualTo(applied);
        assertThat(position.lastTerm()).isGreaterThan(term);

        try (FileReplica replica = replica();
                RaftReplication raft = started(replica, self)) {
            Waiting.until("leader", () -> replica.events.stream().anyMatch(event -> event.startsWith("gained")));
            replica.propose(raft, "after").get(60, TimeUnit.SECONDS);
            assertThat(replica.applied()).hasSize(11).startsWith("entry 0").endsWith("entry 9", "after");
        }
    }

    @Test
    void everythingInTheLogIsCommittedAlsoWhatTheDatabaseLacks() throws Exception {
        Member self = self();
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            int leader = trio.leader();
            trio.replica(leader).propose(trio.raft(leader), "acknowledged").get(60, TimeUnit.SECONDS);
            int follower = leader % 3 + 1;
            trio.stop(follower);
            trio.stop((leader + 1) % 3 + 1);
            var unused = trio.replica(leader).propose(trio.raft(leader), "never acknowledged");
            Waiting.until("stepped down", () -> !trio.raft(leader).status().isLeader());
            trio.stop(leader);
            Member survivor = new Member(leader, "n" + leader, self.peerAddress(), false);
            Path files = directory.resolve("raft" + leader);
            StoppedMember stopped = new StoppedMember(files, survivor, List.of(survivor));
            long last = stopped.position().lastIndex();
            assertThat(stopped.position().members()).hasSize(3);

            stopped.becomeSurvivor(0, 0);
            stopped.becomeSurvivor(0, 0); // once more, as after a crash

            assertThat(stopped.position().lastIndex()).isEqualTo(last + 4);
            assertThat(stopped.position().members()).extracting(Member::id).containsExactly((long) leader);
            trio.start(survivor, List.of(survivor));
            Waiting.until(
                    "all of it",
                    () -> trio.replica(leader).applied().contains("acknowledged")
                            && trio.raft(leader).status().isLeader());
        }
    }

    private static Member self() throws Exception {
        return new Member(7, "seven", new PeerAddress("127.0.0.1", FreePorts.drawOne()), false);
    }

    private FileReplica replica() throws Exception {
        return new FileReplica(directory.resolve("db").resolve("entries"));
    }

    private RaftReplication started(FileReplica replica, Member self) throws Exception {
        RaftReplication raft = new RaftReplication(RaftConfig.builder(directory.resolve("raft"), 77, self)
                .networked(true)
                .logSegmentBytes(1 << 20)
                .build());
        raft.start(replica);
        return raft;
    }
}
