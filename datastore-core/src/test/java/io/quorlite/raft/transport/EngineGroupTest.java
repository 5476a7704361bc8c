package io.quorlite.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.quorlite.sofajraft.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Three members of the real engine in one JVM, over real sockets, with stores in memory. */
@Timeout(180)
class EngineGroupTest {
    /** For tests in which the leader is to stay, however busy the machine. */
    private static final int PATIENT = 2_000;

    private static final int QUICK = 400;

    private final AddressBook book = new AddressBook();
    private final List<EngineMember> members = new ArrayList<>();

    @BeforeAll
    static void quietEngine() {
        ((Logger) LoggerFactory.getLogger("io.quorlite.sofajraft")).setLevel(Level.ERROR);
        ((Logger) LoggerFactory.getLogger("io.grpc.netty")).setLevel(Level.INFO);
    }

    private void start(int electionTimeoutMillis) throws Exception {
        List<Long> ids = List.of(0x11L, 0x22L, 0x33L);
        for (long id : ids) {
            members.add(new EngineMember(id, book, ids, electionTimeoutMillis));
        }
        for (EngineMember member : members) {
            member.start();
        }
    }

    @AfterEach
    void stopAll() {
        members.forEach(EngineMember::close);
    }

    private EngineMember leader() throws InterruptedException {
        Await.until("there is a leader", () -> members.stream().anyMatch(EngineGroupTest::leads));
        return members.stream().filter(EngineGroupTest::leads).findFirst().orElseThrow();
    }

    private static boolean leads(EngineMember member) {
        return member.isRunning() && member.node().isLeader(false);
    }

    private EngineMember follower() throws InterruptedException {
        EngineMember leader = leader();
        return members.stream().filter(member -> member != leader).findFirst().orElseThrow();
    }

    private static void proposeAll(EngineMember leader, int from, int to) throws Exception {
        List<CompletableFuture<Status>> outcomes = new ArrayList<>();
        for (int number = from; number < to; number++) {
            outcomes.add(leader.propose(number));
            if (outcomes.size() == 256) {
                awaitOk(outcomes);
            }
        }
        awaitOk(outcomes);
    }

    private static void awaitOk(List<CompletableFuture<Status>> outcomes) throws Exception {
        for (CompletableFuture<Status> outcome : outcomes) {
            assertThat(outcome.get(60, TimeUnit.SECONDS).isOk()).isTrue();
        }
        outcomes.clear();
    }

    private void awaitAppliedEverywhere(int count) throws Exception {
        Await.until("all applied " + count, () -> members.stream().allMatch(member -> member.appliedCount() == count));
        List<Integer> expected = IntStream.range(0, count).boxed().toList();
        for (EngineMember member : members) {
            assertThat(member.applied()).isEqualTo(expected);
        }
    }

    @Test
    void electsAndReplicatesPipelined() throws Exception {
        start(QUICK);
        proposeAll(leader(), 0, 10_000);

        awaitAppliedEverywhere(10_000);
    }

    /** Its wake-ups may get lost; a follower would then answer a second late. */
    @Test
    void appendedEntriesAreNotHandedToTheEnginesOwnExecutor() throws Exception {
        start(PATIENT);
        proposeAll(leader(), 0, 100);
        awaitAppliedEverywhere(100);

        Await.until(
                "no thread of the engine's is kept for appended entries",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().contains("AppendEntriesThread")));
    }

    @Test
    void answersReadIndexOnLeaderAndFollower() throws Exception {
        start(PATIENT);
        EngineMember leader = leader();
        proposeAll(leader, 0, 10);

        long onLeader = leader.readIndex().get(60, TimeUnit.SECONDS);
        long onFollower = follower().readIndex().get(60, TimeUnit.SECONDS);

        assertThat(onLeader).isGreaterThanOrEqualTo(11); // ten entries after the configuration's
        assertThat(onFollower).isGreaterThanOrEqualTo(onLeader);
    }

    @Test
    void electsAnotherWhenTheLeadersTransportStops() throws Exception {
        start(QUICK);
        EngineMember old = leader();
        proposeAll(old, 0, 100);

        old.transport().close();
        Await.until("another leads", () -> members.stream().anyMatch(member -> member != old && leads(member)));
        EngineMember next = members.stream()
                .filter(member -> member != old && leads(member))
                .findFirst()
                .orElseThrow();
        proposeAll(next, 100, 300);
        Await.until("the old leader noticed", () -> !leads(old));
        old.stop();
        old.start();

        awaitAppliedEverywhere(300);
    }

    @Test
    void aRestartedFollowerCatchesUp() throws Exception {
        start(PATIENT);
        EngineMember leader = leader();
        proposeAll(leader, 0, 100);
        EngineMember follower = follower();

        follower.stop();
        proposeAll(leader(), 100, 1_000);
        follower.start();
        proposeAll(leader(), 1_000, 1_100);

        awaitAppliedEverywhere(1_100);
    }

    @Test
    void replicationGoesOnWhenConnectionsBreakUnderLoad() throws Exception {
        start(PATIENT);
        EngineMember leader = leader();
        int proposed = 0;
        for (int round = 0; round < 20; round++) {
            EngineMember current = leader();
            List<CompletableFuture<Status>> outcomes = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                outcomes.add(current.propose(proposed++));
            }
            for (EngineMember member : members) {
                if (member != current) {
                    member.transport().disconnectInbound(current.id, "the test says so");
                }
            }
            awaitOk(outcomes);
        }

        assertThat(leader()).isSameAs(leader); // a lost connection is mended within the election timeout
        awaitAppliedEverywhere(proposed);
    }

    @Test
    void handsLeadershipOver() throws Exception {
        start(PATIENT);
        EngineMember leader = leader();
        EngineMember next = follower();
        proposeAll(leader, 0, 10);

        Status handed = leader.node().transferLeadershipTo(PeerIds.of(next.id));

        assertThat(handed.isOk()).isTrue();
        Await.until("the other leads", () -> leads(next));
        proposeAll(next, 10, 20);
        awaitAppliedEverywhere(20);
    }
}
