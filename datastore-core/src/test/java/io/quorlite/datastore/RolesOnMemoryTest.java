package io.quorlite.datastore;

import static io.quorlite.datastore.TestCluster.await;
import static io.quorlite.datastore.TestCluster.get;
import static io.quorlite.datastore.TestCluster.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.memory.MemoryGroup;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.roles.Role;
import io.quorlite.roles.RoleMember;
import io.quorlite.roles.RoleTargets;
import io.quorlite.system.SystemTxn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole members over a log in memory: what reaches the keeper of roles, and how a member leaves its parts to others. */
class RolesOnMemoryTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path temp;

    private final MemoryGroup group = new MemoryGroup(LongStream.rangeClosed(1, 4)
            .mapToObj(id -> new Member(id, "n" + id, new PeerAddress("127.0.0.1", (int) id), id > 3))
            .toList());
    private final TreeMap<Long, Datastore> running = new TreeMap<>();

    private Datastore open(long id) throws Exception {
        DatastoreConfig config = DatastoreConfig.builder(temp.resolve("n" + id))
                .name("n" + id)
                .roleTargets(new RoleTargets(3, 1))
                .build();
        Datastore store = Datastore.open(config, (settings, identity, directory) -> group.member(id));
        running.put(id, store);
        return store;
    }

    private Datastore member(long id) {
        Datastore store = running.get(id);
        if (store == null) {
            throw new IllegalStateException("member " + id + " does not run");
        }
        return store;
    }

    private void stop(long id) {
        member(id).close();
        running.remove(id);
    }

    @AfterEach
    void close() {
        running.values().forEach(Datastore::close);
    }

    private List<Long> voters() {
        return running.firstEntry().getValue().members().stream()
                .filter(m -> !m.learner())
                .map(Member::id)
                .toList();
    }

    @Test
    void theLeaderSeesMembersAndLabelsThem() throws Exception {
        Datastore leader = open(1);
        for (long id = 2; id <= 4; id++) {
            open(id);
        }

        await("a standby", () -> leader.roles().stream().anyMatch(m -> m.role() == Role.STANDBY));
        assertThat(leader.roles())
                .filteredOn(RoleMember::leader)
                .extracting(RoleMember::id)
                .containsExactly(1L);
        assertThat(member(2).roles()).isEmpty();
        assertThat(leader.roleTargets()).contains(new RoleTargets(3, 1));
        get(member(2).roleTargets(new RoleTargets(5, 0)));
        await("the new targets", () -> leader.roleTargets().equals(Optional.of(new RoleTargets(5, 0))));
    }

    @Test
    void aStoppingLeaderHandsOnLeadershipFirstAndThenItsVote() throws Exception {
        Datastore first = open(1);
        for (long id = 2; id <= 4; id++) {
            open(id);
        }
        put(first, "a", "1");

        get(first.handOver(LONG));

        assertThat(first.status().replication().isLeader()).isFalse();
        assertThat(voters()).containsExactly(2L, 3L, 4L);
        assertThat(put(first, "b", "2")).isEqualTo(3); // it serves all the time
        stop(1);
        Datastore again = open(1);
        await("the end of stopping", () -> !attributes(again, 1).stopping());
        await("a standby", () -> attributes(again, 1).label() == Role.STANDBY);
        assertThat(voters()).containsExactly(2L, 3L, 4L);
    }

    @Test
    void withoutAnybodyToTakeTheVoteOnlyLeadershipIsHandedOver() throws Exception {
        Datastore first = open(1);
        open(2);
        open(3);
        group.report(new MemberProgress(4, 0, Long.MAX_VALUE, false));
        get(first.system()
                .commit(SystemTxn.put(
                        MemberAttributes.recordName(4),
                        new MemberAttributes("", 0, Role.SPARE, Role.SPARE, false, false, false).encode())));

        get(first.handOver(LONG));

        assertThat(first.status().replication().isLeader()).isFalse();
        assertThat(voters()).containsExactly(1L, 2L, 3L);
        assertThat(attributes(first, 1).stopping()).isFalse();
        stop(2);
        stop(3);
        get(first.handOver(LONG)); // nobody is left at all
    }

    @Test
    void handingOverEndsWhenItsTimeIsOver() throws Exception {
        Datastore first = open(1);
        for (long id = 2; id <= 4; id++) {
            open(id);
        }
        group.refuseChangesOf(4);

        get(first.handOver(Duration.ofMillis(500)));

        assertThat(first.status().replication().isLeader()).isFalse();
    }

    private static MemberAttributes attributes(Datastore store, long id) {
        return new MemberRecords(store.system()).of(id);
    }
}
