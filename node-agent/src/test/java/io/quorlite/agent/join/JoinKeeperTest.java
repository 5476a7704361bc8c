package io.quorlite.agent.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.quorlite.agent.join.TestCluster.Newcomer;
import io.quorlite.agent.pki.DenyList;
import io.quorlite.agent.token.JoinToken;
import io.quorlite.datastore.DatastoreException;
import io.quorlite.replication.Member;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.roles.Role;
import io.quorlite.system.SystemTxn;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinKeeperTest {
    private static final Duration LATER = Duration.ofSeconds(80);

    @TempDir
    Path folder;

    private TestCluster cluster;
    private JoinKeeper keeper;
    private Newcomer n2;
    private JoinToken token;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(folder);
        keeper = new JoinKeeper(cluster.records, cluster.members, cluster, cluster.admissions.tokens(), cluster.now);
        n2 = cluster.newcomer("n2", "10.0.0.12:2380");
        token = cluster.token();
    }

    @AfterEach
    void stop() {
        keeper.close();
    }

    @Test
    void addsANewcomerWithoutAVote() {
        n2.join(token);

        keeper.look();

        assertThat(cluster.members.all())
                .extracting(Member::name, Member::learner)
                .containsExactly(tuple("n1", false), tuple("n2", true));
    }

    @Test
    void triesAgainWithOneThatDoesNotAnswerYet() {
        n2.join(token);
        cluster.members.failNext(DatastoreException.Kind.MEMBERSHIP);
        cluster.members.failNext(DatastoreException.Kind.OVERLOADED);

        keeper.look();
        keeper.look(); // too early
        assertThat(cluster.members.all()).hasSize(1);
        cluster.now.pass(Duration.ofSeconds(1));
        keeper.look();
        assertThat(cluster.members.all()).hasSize(1);
        cluster.now.pass(Duration.ofSeconds(1));
        keeper.look();

        assertThat(cluster.members.all()).hasSize(2);
    }

    @Test
    void takesBackEverythingOfANewcomerThatDidNotComeInTime() {
        long id = n2.join(token).invitation().memberId();
        keeper.look();
        assertThat(cluster.members.all()).hasSize(2);

        cluster.now.pass(LATER);
        keeper.look();

        DenyList denyList = new DenyList();
        denyList.follow(cluster.records);
        assertThat(cluster.members.all()).hasSize(1);
        assertThat(cluster.records.list(Joining.RECORDS)).isEmpty();
        assertThat(cluster.records.get(MemberAttributes.recordName(id))).isEmpty();
        assertThat(denyList.denies(id)).isTrue();
        assertThat(cluster.admissions.tokens().get(token.id()).uses()).isEmpty();
    }

    @Test
    void theSameTokenServesAgainAfterThatWithANewMemberId() {
        JoinGrant first = n2.join(token);
        keeper.look();
        cluster.now.pass(LATER);
        keeper.look();

        JoinGrant second = n2.join(token);
        keeper.look();

        assertThat(second.memberId()).isNotEqualTo(first.memberId());
        assertThat(cluster.members.all()).hasSize(2);
    }

    @Test
    void takesBackAnAdmissionThatNeverReachedTheGroup() {
        long id = n2.join(token).invitation().memberId();
        cluster.now.pass(LATER);

        keeper.look();

        assertThat(cluster.records.list(Joining.RECORDS)).isEmpty();
    }

    @Test
    void leavesANewcomerAloneThatHasItsRole() {
        long id = n2.join(token).invitation().memberId();
        cluster.records
                .commit(SystemTxn.put(
                        MemberAttributes.recordName(id),
                        new MemberAttributes("", 0, Role.STANDBY, null, false, false, false).encode()))
                .join();

        keeper.look();
        cluster.now.pass(LATER);
        keeper.look();

        assertThat(cluster.members.all()).hasSize(2);
        assertThat(cluster.records.list(Joining.RECORDS)).isEmpty();
        assertThat(cluster.admissions.tokens().get(token.id()).uses()).hasSize(1);
    }

    @Test
    void isTheLeadersAffair() {
        n2.join(token);
        keeper.look();
        cluster.now.pass(LATER);
        cluster.leaderId = 0x12;

        keeper.look();

        assertThat(cluster.members.all()).hasSize(2);
    }
}
