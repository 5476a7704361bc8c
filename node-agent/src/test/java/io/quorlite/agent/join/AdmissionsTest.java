package io.quorlite.agent.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.agent.join.TestCluster.Newcomer;
import io.quorlite.agent.pki.AuthorityRecords;
import io.quorlite.agent.pki.LeafIdentity;
import io.quorlite.agent.pki.Pem;
import io.quorlite.agent.pki.TestPki;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Failures;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.token.JoinToken;
import io.quorlite.agent.token.TokenSecret;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.roles.Role;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmissionsTest {
    @TempDir
    Path folder;

    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(folder);
    }

    @Test
    void aNewcomerBecomesALearnerWithACertificateOfItsOwn() throws Exception {
        Newcomer n2 = cluster.newcomer("n2", "10.0.0.12:2380");

        JoinGrant grant = n2.join(cluster.token());

        long id = grant.invitation().memberId();
        X509Certificate certificate = Pem.certificates(grant.certificate()).get(0);
        assertThat(grant.invitation().clusterId()).isEqualTo(TestPki.CLUSTER);
        assertThat(certificate.getPublicKey()).isEqualTo(n2.keys.getPublic());
        assertThat(LeafIdentity.of(certificate)).contains(LeafIdentity.node(TestPki.CLUSTER, id, "n2"));
        assertThat(certificate.getSubjectAlternativeNames().toString())
                .contains("10.0.0.12", "n2.example", "localhost");
        assertThat(grant.members()).extracting(JoinGrant.Peer::name).containsExactly("n1");
        assertThat(attributes(id)).isEqualTo(new MemberAttributes("rack-b", 3, Role.SPARE, null, true, false, false));
        assertThat(grant.toString()).doesNotContain(grant.keyEncryptionKey());
    }

    @Test
    void theTokenSaysWhatTheNewcomerShallBe() {
        JoinToken token = cluster.token(
                new Tokens.Wish(Duration.ofMinutes(5), 1, Role.STANDBY, null, "for the second rack", "n1"));

        JoinGrant grant = cluster.newcomer("n2", "10.0.0.12:2380").join(token);

        assertThat(token.role()).isEqualTo(Role.STANDBY);
        assertThat(attributes(grant.invitation().memberId()).wish()).isEqualTo(Role.STANDBY);
    }

    @Test
    void whatIsKeptOfATokenLetsNobodyIn() {
        JoinToken token = cluster.token();

        assertThat(cluster.records.list(""))
                .noneSatisfy(
                        found -> assertThat(text(found)).contains(token.secret().text()));
        assertThat(cluster.admissions.tokens().get(token.id()).isGood(cluster.now.instant()))
                .isTrue();
    }

    @Test
    void refusesWithoutConsumingAnything() {
        Newcomer n2 = cluster.newcomer("n2", "10.0.0.12:2380");
        JoinToken token = cluster.token();

        refusedWith(n2, token, n -> n.version = "1.6.0", ExitCode.VERSION_SKEW, "Version 1.6.0 cannot join");
        refusedWith(n2, token, n -> n.clockAheadMillis = 600_000, ExitCode.PREFLIGHT, "10 min ahead of the cluster's");
        refusedWith(n2, token, n -> n.clockAheadMillis = -5_000, ExitCode.PREFLIGHT, "5 s behind the cluster's");
        refusedWith(n2, token, n -> n.diskFreeBytes = 50 << 20, ExitCode.NO_SPACE, "needs 164 MiB");
        refused(
                () -> cluster.newcomer("n1", "10.0.0.12:2380").join(token),
                ExitCode.CONFLICT,
                "The name n1 is taken by a member (10.0.0.11:2380)");
        refused(
                () -> cluster.newcomer("n2", "10.0.0.11:2380").join(token),
                ExitCode.CONFLICT,
                "The address 10.0.0.11:2380 is taken");

        assertThat(cluster.admissions.tokens().get(token.id()).uses()).isEmpty();
        assertThat(cluster.records.list(Joining.RECORDS)).isEmpty();
        assertThat(new AuthorityRecords(cluster.records).issued()).hasSize(3);
        assertThat(cluster.newcomer("n2", "10.0.0.12:2380").join(token)).isNotNull();
    }

    @Test
    void neighbouringMinorVersionsGoTogether() {
        Newcomer n2 = cluster.newcomer("n2", "10.0.0.12:2380");
        n2.version = "1.5.3-rc1";

        assertThat(n2.join(cluster.token())).isNotNull();
        assertThat(Versions.goTogether("development", "development")).isTrue();
        assertThat(Versions.goTogether("2.4.0", "1.4.0")).isFalse();
    }

    @Test
    void refusesATokenThatIsExpiredRevokedUsedOrUnknown() {
        Newcomer n2 = cluster.newcomer("n2", "10.0.0.12:2380");
        JoinToken used = cluster.token();
        cluster.newcomer("n9", "10.0.0.19:2380").join(used);
        JoinToken revoked = cluster.token();
        cluster.admissions.tokens().revoke(revoked.id());
        JoinToken expired = cluster.token();
        JoinToken forged = new JoinToken(
                used.clusterId(),
                expired.id(),
                TokenSecret.of(new byte[TokenSecret.LENGTH]),
                used.pins(),
                null,
                used.expires(),
                used.endpoints());

        refused(() -> n2.join(used), ExitCode.TOKEN, "was already used by n9 (10.0.0.12) at ");
        refused(() -> n2.join(revoked), ExitCode.TOKEN, "Token " + revoked.id() + " was revoked at ");
        refused(() -> n2.join(forged), ExitCode.TOKEN, "no token " + expired.id() + " with that secret");
        cluster.now.pass(Duration.ofMinutes(74));
        refused(
                () -> n2.join(expired),
                ExitCode.TOKEN,
                "Token " + expired.id() + " expired 14 min ago. Create a new one on a member: node-agent add-node");
    }

    @Test
    void aTokenForANameLetsNoOtherIn() {
        JoinToken token = cluster.token(new Tokens.Wish(Tokens.TTL, 1, null, "n7", "", ""));

        refused(
                () -> cluster.newcomer("n2", "10.0.0.12:2380").join(token),
                ExitCode.TOKEN,
                "is for a node with the name n7, not n2");
        assertThat(cluster.newcomer("n7", "10.0.0.17:2380").join(token)).isNotNull();
    }

    @Test
    void slowsGuessesDown() {
        JoinToken token = cluster.token();
        JoinToken wrong = new JoinToken(
                1,
                token.id(),
                TokenSecret.of(new byte[TokenSecret.LENGTH]),
                token.pins(),
                null,
                token.expires(),
                token.endpoints());
        GuessLimit limit = new GuessLimit();
        for (int i = 0; i < GuessLimit.WRONG_A_SECOND_MAX; i++) {
            assertThat(limit.isExceeded("a", 0)).isFalse();
            limit.wrong("a", 0);
        }

        assertThat(limit.isExceeded("a", 999_999_999)).isTrue();
        assertThat(limit.isExceeded("a", 1_000_000_000)).isFalse();
        assertThat(limit.isExceeded("b", 0)).isFalse();
        Newcomer n2 = cluster.newcomer("n2", "10.0.0.12:2380");
        refused(() -> n2.join(wrong), ExitCode.TOKEN, "no token");
    }

    @Test
    void theSameNewcomerIsAnsweredAgain() throws Exception {
        Newcomer n2 = cluster.newcomer("n2", "10.0.0.12:2380");
        JoinToken token = cluster.token();

        JoinGrant first = n2.join(token);
        JoinGrant second = n2.join(token);

        assertThat(second.memberId()).isEqualTo(first.memberId());
        assertThat(Pem.certificates(second.certificate()).get(0).getPublicKey()).isEqualTo(n2.keys.getPublic());
        assertThat(cluster.admissions.tokens().get(token.id()).uses()).hasSize(1);
    }

    @Test
    void ofTwoNewcomersOfOneNameAtOnceOneIsLetIn() throws Exception {
        ExecutorService both = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 10; round++) {
                String name = "twin" + round;
                JoinToken token = cluster.token(new Tokens.Wish(Tokens.TTL, 2, null, null, "", ""));
                List<Callable<JoinGrant>> joins = List.of(
                        () -> cluster.newcomer(name, "10.0.1.1:1").join(token),
                        () -> cluster.newcomer(name, "10.0.1.2:2").join(token));
                int granted = 0;
                for (Future<JoinGrant> join : both.invokeAll(joins)) {
                    try {
                        cluster.members
                                .remove(join.get().invitation().memberId())
                                .join();
                        granted++;
                    } catch (ExecutionException e) {
                        assertThat(Failures.refusal(e).exitCode()).isEqualTo(ExitCode.CONFLICT);
                    }
                }
                assertThat(granted).isEqualTo(1);
                cluster.records
                        .list(Joining.RECORDS)
                        .forEach(found -> cluster.records
                                .commit(new SystemTxn(List.of(), List.of(new SystemTxn.Change(found.name(), null))))
                                .join());
            }
        } finally {
            both.shutdownNow();
        }
    }

    @Test
    void aMemberThatIsDownDoesNotKeepOthersOutWhileAMajorityStands() {
        cluster.members.voter(0x12, "n2", "10.0.0.12:2380").voter(0x13, "n3", "10.0.0.13:2380");
        cluster.members.silent(0x12);
        assertThat(cluster.newcomer("n4", "10.0.0.14:2380").join(cluster.token()))
                .isNotNull();

        cluster.members.silent(0x13);

        refused(
                () -> cluster.newcomer("n5", "10.0.0.15:2380").join(cluster.token()),
                ExitCode.NO_LEADER,
                "No quorum: 1 of 3 voters reachable (n1). Not reachable: n2, n3.");
    }

    @Test
    void onlyTheLeaderLetsNodesIn() {
        JoinToken token = cluster.token();
        cluster.leaderId = 0x12;

        refused(() -> cluster.newcomer("n2", "10.0.0.12:2380").join(token), ExitCode.NO_LEADER, "does not lead");
    }

    @Test
    void refusesWhatIsNoRequest() {
        JoinToken token = cluster.token();
        refused(() -> cluster.newcomer("n 2", "10.0.0.12:2380").join(token), ExitCode.USAGE, "not well formed: name");
        refused(() -> cluster.newcomer("n2", "10.0.0.12").join(token), ExitCode.USAGE, "not well formed");
        refused(
                () -> cluster.admissions.admit(
                        new JoinRequest(null, null, null, null, null, null, null, null, null, 0, 0, 0, 0), "10.0.0.12"),
                ExitCode.USAGE,
                "is missing");
    }

    private static void refusedWith(
            Newcomer newcomer, JoinToken token, Consumer<Newcomer> fault, ExitCode code, String message) {
        String version = newcomer.version;
        long free = newcomer.diskFreeBytes;
        fault.accept(newcomer);
        refused(() -> newcomer.join(token), code, message);
        newcomer.version = version;
        newcomer.diskFreeBytes = free;
        newcomer.clockAheadMillis = 0;
    }

    private static void refused(ThrowingCallable join, ExitCode code, String message) {
        assertThatThrownBy(join).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.getMessage()).contains(message);
            assertThat(refusal.exitCode()).isEqualTo(code);
        });
    }

    private MemberAttributes attributes(long id) {
        return MemberAttributes.decode(cluster.records
                .get(MemberAttributes.recordName(id))
                .orElseThrow()
                .value());
    }

    private static String text(SystemRecord found) {
        return new String(found.value().unsafeArray(), StandardCharsets.UTF_8);
    }
}
