package io.quorlite.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.RemovedFromClusterException;
import io.quorlite.replication.Replication;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class RaftReplicationGroupTest {
    private static final long RETRY_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

    @TempDir
    Path directory;

    @Test
    void allMembersApplyWhatAnyProposes() throws Exception {
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            List<CompletableFuture<Long>> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                for (int id = 1; id <= 3; id++) {
                    all.add(trio.replica(id).propose(trio.raft(id), "entry " + i + " of " + id));
                }
            }
            for (CompletableFuture<Long> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }

            Waiting.until("all applied", () -> allApplied(trio, 300));
            assertThat(trio.replica(2).applied()).isEqualTo(trio.replica(1).applied());
            assertThat(trio.replica(3).applied()).isEqualTo(trio.replica(1).applied());
            assertThat(new HashSet<>(trio.replica(1).applied())).hasSize(300);
            assertThat(trio.raft(1).members()).extracting(Member::name).containsExactlyInAnyOrder("n1", "n2", "n3");
        }
    }

    @Test
    void followersAskTheLeader() throws Exception {
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            byte[] answer = trio.raft(trio.follower())
                    .askLeader("why".getBytes(StandardCharsets.UTF_8))
                    .get(60, TimeUnit.SECONDS);

            assertThat(new String(answer, StandardCharsets.UTF_8)).isEqualTo("answer to why");
        }
    }

    @Test
    void nothingAcknowledgedIsLostWhenTheLeaderStops() throws Exception {
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            int old = trio.leader();
            int survivor = old % 3 + 1;
            int other = survivor % 3 + 1;
            Set<String> acknowledged = new HashSet<>();
            for (int i = 0; i < 50; i++) {
                trio.replica(survivor)
                        .propose(trio.raft(survivor), "before " + i)
                        .get(60, TimeUnit.SECONDS);
                acknowledged.add("before " + i);
            }

            trio.stop(old);
            trio.leader(survivor, other);
            for (int i = 0; i < 50; i++) {
                proposeUntilApplied(trio.replica(survivor), trio.raft(survivor), "after " + i, acknowledged);
            }
            trio.start(old);

            Waiting.until("caught up", () -> trio.replica(old).applied().containsAll(acknowledged));
            Waiting.until(
                    "equal",
                    () -> trio.replica(old)
                                    .applied()
                                    .equals(trio.replica(survivor).applied())
                            && trio.replica(other)
                                    .applied()
                                    .equals(trio.replica(survivor).applied()));
        }
    }

    @Test
    void barrierNeverReturnsAnIndexBelowAnAcknowledgedWrite() throws Exception {
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 20; i++) {
                    int writer = 1 + i % 3;
                    int reader = 1 + (i + 1) % 3;
                    long written = proposeUntilApplied(
                            trio.replica(writer), trio.raft(writer), "r" + round + " " + i, new HashSet<>());
                    Long index = barrier(trio.raft(reader));
                    assertThat(index).isGreaterThanOrEqualTo(written);
                }
                int leader = trio.leader();
                trio.raft(leader).transferLeadership(leader % 3 + 1).get(60, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void barrierFailsWhereTheLeaderHasNoMajority() throws Exception {
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            int leader = trio.leader();
            trio.stop(leader % 3 + 1);
            trio.stop((leader + 1) % 3 + 1);

            CompletableFuture<Long> barrier = trio.raft(leader).readBarrier();

            assertThatThrownBy(() -> barrier.get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(ReplicationException.class);
            Waiting.until("stepped down", () -> !trio.raft(leader).status().isLeader());
            assertThatThrownBy(() -> trio.raft(leader).readBarrier().get(60, TimeUnit.SECONDS))
                    .hasMessageContaining("no leader");
            // Told in its turn, by the thread that applies.
            Waiting.until("told", () -> trio.replica(leader).events.contains("lost"));
        }
    }

    @Test
    void deposedLeaderAnswersNoBarrierAndKnowsNoOutcome() throws Exception {
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            int old = trio.leader();
            trio.cutOff(old);
            CompletableFuture<Long> doomed = trio.replica(old).propose(trio.raft(old), "never committed");
            CompletableFuture<Long> barrier = trio.raft(old).readBarrier();

            int leader = trio.leader(others(old));
            proposeUntilApplied(trio.replica(leader), trio.raft(leader), "by the new leader", new HashSet<>());

            assertThatThrownBy(() -> barrier.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(ReplicationException.class);
            assertThatThrownBy(() -> doomed.get(60, TimeUnit.SECONDS)).hasMessageContaining("unknown");
            assertThatThrownBy(() -> trio.raft(old).readBarrier().get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ReplicationException.class);
            assertThat(trio.replica(old).applied()).isEmpty();

            trio.stop(old);
            trio.start(old); // its entry is overwritten
            Waiting.until("caught up", () -> trio.replica(old).applied().contains("by the new leader"));
            assertThat(trio.replica(old).applied()).doesNotContain("never committed");
        }
    }

    /** That it does not take an election timeout is the promise; it takes a hundredth of it. */
    @Test
    void leaderWhoseProcessEndedIsNotWaitedFor() throws Exception {
        Duration electionTimeout = Duration.ofSeconds(6);
        try (Trio trio = new Trio(directory, b -> b.electionTimeout(electionTimeout)).startAll()) {
            int old = trio.leader();
            long begin = System.nanoTime();
            trio.cutOff(old);

            int leader = trio.leader(others(old));

            assertThat(System.nanoTime() - begin).isLessThan(electionTimeout.toNanos());
            assertThat(leader).isNotEqualTo(old);
        }
    }

    @Test
    void writesGoOnWhileMembersAreCutOffOneAfterTheOther() throws Exception {
        try (Trio trio = new Trio(directory, b -> b.logTailEntries(0).snapshotEntries(20)).startAll()) {
            Set<String> acknowledged = new HashSet<>();
            for (int round = 0; round < 4; round++) {
                int victim = trio.leader();
                int writer = victim % 3 + 1;
                trio.cutOff(victim);
                for (int i = 0; i < 30; i++) {
                    proposeUntilApplied(
                            trio.replica(writer), trio.raft(writer), "round " + round + " entry " + i, acknowledged);
                }
                trio.stop(victim);
                trio.start(victim);
            }

            Waiting.until("equal", () -> {
                List<String> one = trio.replica(1).applied();
                return one.containsAll(acknowledged)
                        && one.equals(trio.replica(2).applied())
                        && one.equals(trio.replica(3).applied());
            });
            assertThat(new HashSet<>(trio.replica(1).applied()))
                    .hasSize(trio.replica(1).applied().size());
        }
    }

    @Test
    void lastMemberLeftCanBeMadeAGroupOfItsOwn() throws Exception {
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            int survivor = trio.leader();
            trio.replica(survivor).propose(trio.raft(survivor), "before").get(60, TimeUnit.SECONDS);
            for (int lost : others(survivor)) {
                trio.stop(lost);
            }
            Waiting.until("stepped down", () -> !trio.raft(survivor).status().isLeader());

            trio.raft(survivor).forceNewGroup();
            proposeUntilApplied(trio.replica(survivor), trio.raft(survivor), "alone", new HashSet<>());

            assertThat(trio.replica(survivor).applied()).hasSize(2).startsWith("before");
            assertThat(trio.raft(survivor).members()).extracting(Member::id).containsExactly((long) survivor);
            assertThat(barrier(trio.raft(survivor)))
                    .isEqualTo(trio.replica(survivor).appliedIndex());
        }
    }

    @Test
    void laggingMemberIsSentTheDatabase() throws Exception {
        try (Trio trio = new Trio(directory, b -> b.logTailEntries(0)).startAll()) {
            int lagging = trio.follower();
            trio.stop(lagging);
            int leader = trio.leader(others(lagging));
            String megabyte = "y".repeat(1 << 20);
            for (int i = 0; i < 8; i++) {
                proposeUntilApplied(trio.replica(leader), trio.raft(leader), "big " + i + megabyte, new HashSet<>());
            }
            for (int id : others(lagging)) {
                trio.raft(id).compactLog().get(60, TimeUnit.SECONDS);
            }
            proposeUntilApplied(trio.replica(leader), trio.raft(leader), "small", new HashSet<>());

            trio.start(lagging);

            Waiting.until("caught up", () -> trio.replica(lagging).applied().contains("small"));
            assertThat(trio.replica(lagging).installs).isEqualTo(1);
            assertThat(trio.replica(lagging).applied())
                    .isEqualTo(trio.replica(leader).applied());
            proposeUntilApplied(trio.replica(lagging), trio.raft(lagging), "from it", new HashSet<>());
            Waiting.until("copies are gone", () -> staged(lagging) == 0 && staged(leader) == 0);

            // What it was sent also starts.
            trio.stop(lagging);
            trio.start(lagging);
            proposeUntilApplied(trio.replica(lagging), trio.raft(lagging), "again", new HashSet<>());
            assertThat(trio.replica(lagging).installs).isZero();
        }
    }

    @Test
    void newcomerBecomesLearnerThenVoterThenLeaves() throws Exception {
        try (Trio trio = new Trio(directory, b -> b.logTailEntries(0)).startAll()) {
            int leader = trio.leader();
            trio.replica(leader).propose(trio.raft(leader), "a").get(60, TimeUnit.SECONDS);
            trio.raft(leader).compactLog().get(60, TimeUnit.SECONDS);
            Member newcomer = Trio.newMember(4);
            trio.start(newcomer, List.of());

            trio.raft(leader)
                    .changeMember(new MemberChange.AddLearner(newcomer))
                    .get(60, TimeUnit.SECONDS);
            Waiting.until("replicated", () -> trio.replica(4).applied().contains("a"));
            Waiting.until(
                    "learner",
                    () -> trio.raft(4).status().role() == ReplicationStatus.Role.LEARNER
                            && trio.raft(4).members().size() == 4);
            proposeUntilApplied(trio.replica(4), trio.raft(4), "by a learner", new HashSet<>());
            assertThat(barrier(trio.raft(4)))
                    .isGreaterThanOrEqualTo(trio.replica(4).appliedIndex() - 1);

            trio.raft(leader).changeMember(new MemberChange.Promote(4)).get(60, TimeUnit.SECONDS);
            Waiting.until(
                    "voter",
                    () -> trio.raft(4).members().stream()
                                    .filter(m -> !m.learner())
                                    .count()
                            == 4);
            assertThat(trio.raft(4).members()).extracting(Member::name).contains("n1", "n2", "n3", "n4");

            trio.raft(leader).changeMember(new MemberChange.Demote(4)).get(60, TimeUnit.SECONDS);
            trio.raft(leader).changeMember(new MemberChange.Remove(4)).get(60, TimeUnit.SECONDS);
            Waiting.until("gone", () -> trio.raft(leader).members().size() == 3);
            trio.replica(leader).propose(trio.raft(leader), "without it").get(60, TimeUnit.SECONDS);
            Waiting.until("told", () -> trio.replica(4).fatal instanceof RemovedFromClusterException);
            assertThat(trio.raft(4).status().role()).isEqualTo(ReplicationStatus.Role.STOPPED);
            assertThatThrownBy(() -> trio.raft(leader)
                            .changeMember(new MemberChange.AddLearner(newcomer))
                            .get(60, TimeUnit.SECONDS))
                    .hasMessageContaining("an id never comes back");
        }
    }

    private static int[] others(int id) {
        return new int[] {id % 3 + 1, (id + 1) % 3 + 1};
    }

    private int staged(int id) {
        try (var files = Files.list(directory.resolve("raft" + id).resolve("staging"))) {
            return (int) files.count();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean allApplied(Trio trio, int count) {
        for (int id = 1; id <= 3; id++) {
            if (trio.replica(id).applied().size() < count) {
                return false;
            }
        }
        return true;
    }

    /** A barrier, asked again while leaders change. */
    private static long barrier(Replication raft) throws Exception {
        long deadline = System.nanoTime() + RETRY_NANOS_MAX;
        while (true) {
            try {
                return raft.readBarrier().get(60, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof ReplicationException) || System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(5);
            }
        }
    }

    /** Proposes until it is applied. Only refused proposals are made again; one of unknown outcome under another name. */
    private static long proposeUntilApplied(
            FileReplica replica, Replication raft, String text, Set<String> acknowledged) throws Exception {
        long deadline = System.nanoTime() + RETRY_NANOS_MAX;
        String name = text;
        for (int attempt = 0; ; attempt++) {
            try {
                long index = replica.propose(raft, name).get(60, TimeUnit.SECONDS);
                acknowledged.add(name);
                return index;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof FileReplica.NotApplied) || System.nanoTime() > deadline) {
                    throw e;
                }
                name = "try " + attempt + " " + text;
                Thread.sleep(5);
            }
        }
    }
}
