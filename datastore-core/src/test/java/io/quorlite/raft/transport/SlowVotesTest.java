package io.quorlite.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Members whose disks take longer to sync than an election timeout: writes go on under a leader, and votes must count, too. */
@Timeout(180)
class SlowVotesTest {
    private static final int ELECTION_MILLIS = 400;

    /** On a busy disk. Two syncs are in a vote: the candidate's own, and the voter's. */
    private static final int SYNC_MILLIS = 900;

    private final AddressBook book = new AddressBook();
    private final List<EngineMember> members = new ArrayList<>();

    @BeforeAll
    static void quietEngine() {
        ((Logger) LoggerFactory.getLogger("io.quorlite.sofajraft")).setLevel(Level.ERROR);
        ((Logger) LoggerFactory.getLogger("io.grpc.netty")).setLevel(Level.INFO);
    }

    @AfterEach
    void stopAll() {
        members.forEach(member -> member.disk.syncMillis = 0);
        members.forEach(EngineMember::close);
    }

    @Test
    void anotherLeaderIsElectedAndTakesWrites() throws Exception {
        List<Long> ids = List.of(0x11L, 0x22L, 0x33L);
        for (long id : ids) {
            members.add(new EngineMember(id, book, ids, ELECTION_MILLIS));
        }
        for (EngineMember member : members) {
            member.start();
        }
        EngineMember first = leader(members);
        assertThat(first.propose(0).get(60, TimeUnit.SECONDS).isOk()).isTrue();

        members.forEach(member -> member.disk.syncMillis = SYNC_MILLIS);
        first.transport().close(); // gone without a word
        List<EngineMember> rest =
                members.stream().filter(member -> member != first).toList();

        Await.until("a write is taken", () -> isTaken(rest));
    }

    private static boolean isTaken(List<EngineMember> rest) {
        try {
            return leader(rest).propose(1).get(20, TimeUnit.SECONDS).isOk();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static EngineMember leader(List<EngineMember> among) throws InterruptedException {
        Await.until("there is a leader", () -> among.stream().anyMatch(SlowVotesTest::leads));
        return among.stream()
                .filter(SlowVotesTest::leads)
                .findFirst()
                .orElseGet(() -> among.get(0)); // it has stepped down again: refuses
    }

    private static boolean leads(EngineMember member) {
        return member.node().isLeader(false);
    }
}
