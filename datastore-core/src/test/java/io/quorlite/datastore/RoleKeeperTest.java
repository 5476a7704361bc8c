package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.memory.MemoryGroup;
import io.quorlite.replication.memory.MemoryReplication;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.roles.Role;
import io.quorlite.roles.RoleTargets;
import io.quorlite.system.SystemTxn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader's keeper over a group of five in memory, in one thread and with a clock of its own: 1 to 3 vote, 1 leads. */
class RoleKeeperTest {
    private static final RoleTargets THREE_AND_ONE = new RoleTargets(3, 1);

    private static final ProposalListener CARELESS = new ProposalListener() {
        @Override
        public void sent(long term) {}

        @Override
        public void refused(ReplicationException reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void unknown(ReplicationException reason) {
            throw new AssertionError(reason);
        }
    };

    private final MemoryGroup group = new MemoryGroup(LongStream.rangeClosed(1, 5)
            .mapToObj(id -> new Member(id, "n" + id, new PeerAddress("127.0.0.1", (int) id), id > 3))
            .toList());
    private final TreeMap<Long, MemoryReplication> running = new TreeMap<>();
    private final ArrayDeque<Runnable> due = new ArrayDeque<>();
    private final MapRecords records = new MapRecords();
    private final MemberRecords attributes = new MemberRecords(records);
    private long nowMillis;
    private RoleKeeper keeper;

    @BeforeEach
    void start() {
        LongStream.rangeClosed(1, 5).forEach(this::run);
        keeper = keeper(THREE_AND_ONE);
        keeper.promote();
        pass(RoleView.OFFLINE_MILLIS_MIN);
        assertThat(roles()).isEqualTo("1 VOTER, 2 VOTER, 3 VOTER, 4 STANDBY, 5 SPARE");
    }

    private RoleKeeper keeper(@Nullable RoleTargets targets) {
        MemoryReplication leader = member(1);
        RoleView view = new RoleView(leader, attributes, 500);
        return new RoleKeeper(
                "n1",
                leader,
                view,
                attributes,
                records,
                targets,
                due::add,
                () -> TimeUnit.MILLISECONDS.toNanos(nowMillis));
    }

    private void run(long id) {
        MemoryReplication member = group.member(id, Runnable::run);
        member.start(new IdleReplica());
        running.put(id, member);
    }

    private MemoryReplication member(long id) {
        MemoryReplication member = running.get(id);
        if (member == null) {
            throw new IllegalStateException("member " + id + " does not run");
        }
        return member;
    }

    private void kill(long id) {
        member(id).close();
        running.remove(id);
    }

    /** Time goes by in the timer's steps. */
    private void pass(long millis) {
        for (long end = nowMillis + millis; nowMillis < end; ) {
            nowMillis += RoleKeeper.TICK_MILLIS;
            due.add(keeper::look);
            while (!due.isEmpty()) {
                due.remove().run();
            }
        }
    }

    private void attributes(long id, UnaryOperator<MemberAttributes> change) {
        assertThat(attributes.change(id, change).join()).isTrue();
    }

    private String roles() {
        List<String> roles = new ArrayList<>();
        for (Member member : running.firstEntry().getValue().members()) {
            Role role = member.learner() ? attributes.of(member.id()).label() : Role.VOTER;
            roles.add(member.id() + " " + role);
        }
        return String.join(", ", roles);
    }

    @Test
    void replacesAVoterThatGoesSilentAndTakesItBackWithoutAVote() {
        kill(2);
        pass(5_000);
        assertThat(roles()).isEqualTo("1 VOTER, 2 SPARE, 3 VOTER, 4 VOTER, 5 STANDBY");

        run(2);
        pass(5_000);
        assertThat(roles()).isEqualTo("1 VOTER, 2 SPARE, 3 VOTER, 4 VOTER, 5 STANDBY");
    }

    @Test
    void toleratesAPause() {
        group.report(new MemberProgress(2, group.lastIndex(), RoleView.OFFLINE_MILLIS_MIN, false));
        pass(5_000);
        assertThat(roles()).startsWith("1 VOTER, 2 VOTER, 3 VOTER, 4 STANDBY");

        group.report(new MemberProgress(2, group.lastIndex(), RoleView.OFFLINE_MILLIS_MIN + 1, false));
        pass(5_000);
        assertThat(roles()).startsWith("1 VOTER, 2 SPARE, 3 VOTER, 4 VOTER");
    }

    @Test
    void hearsEverybodyOutBeforeItJudgesAsANewLeader() {
        kill(2);
        keeper.demote();
        pass(5_000);
        keeper.promote();

        pass(RoleView.OFFLINE_MILLIS_MIN - RoleKeeper.TICK_MILLIS);
        assertThat(roles()).startsWith("1 VOTER, 2 VOTER, 3 VOTER, 4 STANDBY");

        pass(2_000);
        assertThat(roles()).startsWith("1 VOTER, 2 SPARE, 3 VOTER, 4 VOTER");
    }

    @Test
    void goesOnToTheNextCandidateWhereOneCannotBePromoted() {
        group.refuseChangesOf(4);
        kill(2);

        pass(2_000);

        assertThat(roles()).startsWith("1 VOTER, 2 SPARE, 3 VOTER, 4 STANDBY, 5 VOTER");
    }

    @Test
    void triesAgainLaterAndLater() {
        attributes(5, known -> withWish(known, Role.SPARE));
        group.refuseChangesOf(4);
        kill(2);
        pass(4_000);
        assertThat(roles()).startsWith("1 VOTER, 2 VOTER, 3 VOTER, 4 STANDBY");

        group.refuseChangesOf(0);
        pass(10_000);

        assertThat(roles()).startsWith("1 VOTER, 2 SPARE, 3 VOTER, 4 VOTER, 5 SPARE");
    }

    @Test
    void promotesNobodyWhoIsStillSentTheDatabaseOrLags() {
        group.report(new MemberProgress(4, group.lastIndex(), 0, true));
        group.report(new MemberProgress(5, group.lastIndex() - RoleView.CAUGHT_UP_LAG_ENTRIES - 1, 0, false));
        kill(2);
        pass(5_000);
        assertThat(roles()).startsWith("1 VOTER, 2 VOTER, 3 VOTER");

        group.report(new MemberProgress(4, group.lastIndex(), 0, false));
        pass(1_000);
        assertThat(roles()).startsWith("1 VOTER, 2 SPARE, 3 VOTER, 4 VOTER");
    }

    @Test
    void saysThatANewcomerHasArrivedWhenItHasItsRole() {
        kill(5);
        kill(2);
        attributes(4, known -> new MemberAttributes("", 0, Role.SPARE, null, true, false, false));
        group.report(new MemberProgress(4, 0, 0, true));
        pass(5_000);
        assertThat(attributes.of(4).joining()).isTrue();

        group.report(new MemberProgress(4, group.lastIndex(), 0, false));
        pass(RoleKeeper.TICK_MILLIS);
        assertThat(roles()).contains("4 VOTER");
        assertThat(attributes.of(4).joining()).isFalse();
    }

    @Test
    void aNewcomerThatLacksFewEntriesButHasNoneHasNotArrived() {
        write(3);
        attributes(5, known -> new MemberAttributes("", 0, Role.SPARE, null, true, false, false));
        group.report(new MemberProgress(5, 0, 0, false));
        pass(5_000);
        assertThat(attributes.of(5).joining()).isTrue();

        group.report(new MemberProgress(5, group.lastIndex() - 1, 0, false));
        pass(5_000);
        assertThat(attributes.of(5).joining()).isTrue();

        long whenItWasAdded = group.lastIndex();
        write(3); // who is new need not outrun those who write
        group.report(new MemberProgress(5, whenItWasAdded, 0, false));
        pass(RoleKeeper.TICK_MILLIS);
        assertThat(attributes.of(5).joining()).isFalse();
    }

    private void write(int entries) {
        for (int i = 0; i < entries; i++) {
            member(1).propose(new byte[] {1}, CARELESS);
        }
    }

    @Test
    void handsLeadershipOnWhereItsOwnMemberDrains() {
        attributes(1, known -> new MemberAttributes("", 0, Role.SPARE, null, false, true, false));

        pass(1_000);

        assertThat(member(1).status().leaderId()).isEqualTo(2);
    }

    @Test
    void takesTheVoteOfOneThatStops() {
        attributes(3, known -> known.stopping(true));

        pass(2_000);

        assertThat(roles()).isEqualTo("1 VOTER, 2 VOTER, 3 SPARE, 4 VOTER, 5 STANDBY");
        attributes(3, known -> known.stopping(false));
        pass(5_000);
        assertThat(roles()).isEqualTo("1 VOTER, 2 VOTER, 3 SPARE, 4 VOTER, 5 STANDBY");
    }

    @Test
    void theRecordedTargetsGoBeforeTheConfiguredOnes() {
        records.commit(SystemTxn.put(RoleTargets.RECORD_NAME, new RoleTargets(5, 0).encode()));

        pass(2_000);

        assertThat(roles()).isEqualTo("1 VOTER, 2 VOTER, 3 VOTER, 4 VOTER, 5 VOTER");
        records.commit(SystemTxn.put(RoleTargets.RECORD_NAME, io.quorlite.mvcc.Bytes.utf8("what?")));
        assertThat(keeper.targets()).contains(THREE_AND_ONE);
    }

    @Test
    void leavesRolesAloneWithoutTargetsAndWithoutLeadership() {
        kill(2);
        keeper.demote();
        pass(10_000);
        keeper = keeper(null);
        keeper.promote();
        pass(10_000);

        assertThat(roles()).startsWith("1 VOTER, 2 VOTER, 3 VOTER, 4 STANDBY");
    }

    private static MemberAttributes withWish(MemberAttributes known, Role wish) {
        return new MemberAttributes(
                known.failureDomain(),
                known.weight(),
                known.label(),
                wish,
                known.joining(),
                known.draining(),
                known.stopping());
    }
}
