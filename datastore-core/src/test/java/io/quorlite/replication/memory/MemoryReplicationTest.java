package io.quorlite.replication.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.DatabaseCopy;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.Replica;
import io.quorlite.replication.ReplicationException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemoryReplicationTest {
    @Test
    void everyMemberIsToldTheSameInOneOrder() {
        MemoryGroup group = new MemoryGroup(List.of(member(1), member(2)));
        Transcript one = new Transcript();
        Transcript two = new Transcript();
        MemoryReplication first = group.member(1, Runnable::run);
        MemoryReplication second = group.member(2, Runnable::run);
        first.start(one);
        second.start(two);

        first.propose(bytes("a"), new Outcome());
        second.propose(bytes("b"), new Outcome());
        group.elect(2);
        first.propose(bytes("c"), new Outcome());

        assertThat(one.lines)
                .containsExactly(
                        "members 2",
                        "leader 0 term 0",
                        "leader 1 term 1",
                        "1/1 ",
                        "gained 1",
                        "2/1 a",
                        "3/1 b",
                        "lost",
                        "leader 2 term 2",
                        "4/2 ",
                        "5/2 c");
        assertThat(two.lines)
                .containsExactly(
                        "1/1 ",
                        "members 2",
                        "leader 1 term 1",
                        "2/1 a",
                        "3/1 b",
                        "leader 2 term 2",
                        "4/2 ",
                        "gained 2",
                        "5/2 c");
    }

    @Test
    void refusesProposalsAndBarriersWithoutALeader() {
        MemoryGroup group = new MemoryGroup(List.of(member(1)));
        MemoryReplication only = group.member(1, Runnable::run);
        only.start(new Transcript());
        Outcome outcome = new Outcome();

        group.depose();
        only.propose(bytes("a"), outcome);

        assertThat(outcome.refused).isEqualTo(ReplicationException.Kind.NO_LEADER);
        assertThatThrownBy(() -> only.readBarrier().get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ReplicationException.class);
        assertThat(group.lastIndex()).isEqualTo(1);
    }

    @Test
    void barrierCoversEveryAcknowledgedEntry() throws Exception {
        MemoryReplication only = MemoryReplication.single(Runnable::run);
        only.start(new Transcript());

        only.propose(bytes("a"), new Outcome());

        assertThat(only.readBarrier().get()).isEqualTo(2);
    }

    @Test
    void proposingFromWithinApplyKeepsTheOrder() {
        MemoryReplication only = MemoryReplication.single(Runnable::run);
        Transcript replica = new Transcript();
        replica.onEntry = e -> {
            if (e.equals("a")) {
                only.propose(bytes("b"), new Outcome());
            }
        };
        only.start(replica);

        only.propose(bytes("a"), new Outcome());

        assertThat(replica.lines).endsWith("2/1 a", "3/1 b");
    }

    @Test
    void appliesOnAThreadOfItsOwnByDefault() throws Exception {
        try (MemoryReplication only = MemoryReplication.single()) {
            CountDownLatch applied = new CountDownLatch(1);
            List<String> threads = new ArrayList<>();
            Transcript replica = new Transcript();
            replica.onEntry = e -> {
                if (e.equals("a")) {
                    threads.add(Thread.currentThread().getName());
                    applied.countDown();
                }
            };
            only.start(replica);

            only.propose(bytes("a"), new Outcome());

            assertThat(applied.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(threads).containsExactly("apply-1");
        }
    }

    @Test
    void throwingReplicaIsToldOnceAndNeverAgain() {
        MemoryReplication only = MemoryReplication.single(Runnable::run);
        Transcript replica = new Transcript();
        replica.onEntry = e -> {
            if (e.equals("bad")) {
                throw new IllegalStateException(e);
            }
        };
        only.start(replica);
        Outcome after = new Outcome();

        only.propose(bytes("bad"), new Outcome());
        only.propose(bytes("good"), after);

        assertThat(replica.lines).endsWith("2/1 bad", "fatal bad");
        assertThat(after.refused).isEqualTo(ReplicationException.Kind.STOPPED);
    }

    @Test
    void goesOnWhereTheStateOfAnEarlierRunEnds() {
        MemoryReplication only = MemoryReplication.single(Runnable::run);
        Transcript replica = new Transcript();
        replica.appliedIndex = 41;
        replica.appliedTerm = 6;

        only.start(replica);
        only.propose(bytes("a"), new Outcome());

        assertThat(replica.lines).endsWith("42/7 ", "gained 7", "43/7 a");
    }

    private static Member member(long id) {
        return new Member(id, "m" + id, new PeerAddress("127.0.0.1", 0), false);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final class Outcome implements ProposalListener {
        ReplicationException.@Nullable Kind refused;

        @Override
        public void sent(long term) {}

        @Override
        public void refused(ReplicationException reason) {
            refused = reason.kind();
        }

        @Override
        public void unknown(ReplicationException reason) {}
    }

    private static final class Transcript implements Replica {
        final List<String> lines = new ArrayList<>();
        Consumer<String> onEntry = e -> {};
        long appliedIndex;
        long appliedTerm;

        @Override
        public long appliedIndex() {
            return appliedIndex;
        }

        @Override
        public long appliedTerm() {
            return appliedTerm;
        }

        @Override
        public void apply(List<CommittedEntry> entries) {
            for (CommittedEntry e : entries) {
                String data = new String(e.data(), StandardCharsets.UTF_8);
                lines.add(e.index() + "/" + e.term() + " " + data);
                onEntry.accept(data);
            }
        }

        @Override
        public void leadershipGained(long term) {
            lines.add("gained " + term);
        }

        @Override
        public void leadershipLost() {
            lines.add("lost");
        }

        @Override
        public void leaderChanged(long leaderId, long term) {
            lines.add("leader " + leaderId + " term " + term);
        }

        @Override
        public void membersChanged(List<Member> members) {
            lines.add("members " + members.size());
        }

        @Override
        public long persist() {
            return appliedIndex;
        }

        @Override
        public DatabaseCopy copyTo(Path target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void install(Path copy) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<byte[]> answer(byte[] question) {
            return CompletableFuture.completedFuture(question);
        }

        @Override
        public void fatal(Throwable cause) {
            lines.add("fatal " + cause.getMessage());
        }
    }
}
