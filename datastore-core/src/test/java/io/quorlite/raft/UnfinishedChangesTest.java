package io.quorlite.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.raft.transport.PeerIds;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.RemovedFromClusterException;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.entity.Task;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Changes of members whose leader went away between two steps. */
@Timeout(180)
class UnfinishedChangesTest {
    @TempDir
    Path directory;

    @Test
    void aMemberTakenOutToChangeItsVoteIsPutBack() throws Exception {
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            int leader = trio.leader();
            addLearner(trio, leader);

            begin(trio, leader, Standing.JOINED);

            int next = handOver(trio, leader);
            Waiting.until(
                    "a learner again",
                    () -> trio.raft(next).members().stream().anyMatch(member -> member.id() == 4 && member.learner()));
            Waiting.until(
                    "promoted",
                    () -> !trio.raft(next)
                            .changeMember(
                                    new MemberChange.Promote(4)) // refused while the other change is being finished
                            .handle((done, failure) -> failure)
                            .orTimeout(60, TimeUnit.SECONDS)
                            .thenApply(Objects::nonNull)
                            .join());
            assertThat(trio.raft(next).members())
                    .filteredOn(member -> !member.learner())
                    .hasSize(4);
        }
    }

    @Test
    void aMemberWhoseRemovalHadBegunIsRemoved() throws Exception {
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            int leader = trio.leader();
            addLearner(trio, leader);

            begin(trio, leader, Standing.LEAVING);

            int next = handOver(trio, leader);
            Waiting.until("told", () -> trio.replica(4).fatal instanceof RemovedFromClusterException);
            assertThat(trio.raft(next).members()).hasSize(3);
        }
    }

    private static int handOver(Trio trio, int leader) throws Exception {
        int next = leader % 3 + 1;
        trio.raft(leader).transferLeadership(next).get(60, TimeUnit.SECONDS);
        assertThat(trio.leader()).isEqualTo(next);
        awaitReady(trio, next);
        return next;
    }

    private static void awaitReady(Trio trio, int leader) {
        Waiting.until("a leader that is ready", () -> {
            String gained = "gained " + trio.raft(leader).status().term();
            return trio.replica(leader).events.contains(gained);
        });
    }

    private static void addLearner(Trio trio, int leader) throws Exception {
        Member newcomer = Trio.newMember(4);
        trio.start(newcomer, List.of());
        awaitReady(trio, leader);
        trio.raft(leader).changeMember(new MemberChange.AddLearner(newcomer)).get(60, TimeUnit.SECONDS);
    }

    /** The steps before the last, as the leader would have made them. */
    private static void begin(Trio trio, int leader, Standing standing) throws Exception {
        RaftMember member = Objects.requireNonNull(trio.raft(leader).member());
        PeerId learner = PeerIds.of(4);
        CompletableFuture<Status> said = new CompletableFuture<>();
        byte[] entry = member.membership().registry().entryOf(4, standing);
        member.node().apply(new Task(ByteBuffer.wrap(entry), said::complete));
        assertThat(said.get(60, TimeUnit.SECONDS).isOk()).isTrue();
        CompletableFuture<Status> out = new CompletableFuture<>();
        member.node().removeLearners(List.of(learner), out::complete);
        assertThat(out.get(60, TimeUnit.SECONDS).isOk()).isTrue();
    }
}
