package io.quorlite.agent.pki;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.Bytes;
import io.quorlite.system.SystemTxn;
import io.quorlite.tls.CertificateCheck;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class CertificateChecksTest {
    private final TestPki pki = new TestPki();
    private final MemoryRecords records = new MemoryRecords();
    private final DenyList denyList = new DenyList();
    private final InstantSource clock = InstantSource.system();
    private final CertificateCheck peers = new PeerIdentityCheck(() -> TestPki.CLUSTER, denyList, clock);

    @Test
    void letsAMemberThrough() {
        assertThat(peers.refusal(pki.node(7).certificate(), 7)).isNull();
    }

    @Test
    void refusesAPeerThatIsNotWhoItSaysItIs() {
        Credentials otherCluster = pki.issue(LeafIdentity.node(5, 7, "n7"), Duration.ofDays(1), Instant.now());

        assertThat(peers.refusal(pki.node(7).certificate(), 8)).contains("0000000000000007", "0000000000000008");
        assertThat(peers.refusal(otherCluster.certificate(), 7)).contains("of cluster 0000000000000005");
        assertThat(peers.refusal(pki.client().certificate(), 0)).contains("role client");
        assertThat(peers.refusal(pki.authority.certificate(), 7)).contains("none of a quorlite node");
    }

    @Test
    void refusesWhatWasRevokedFromThenOn() {
        Credentials node = pki.node(7);
        denyList.follow(records);
        assertThat(peers.refusal(node.certificate(), 7)).isNull();

        records.commit(SystemTxn.put(DenyList.RECORDS + DenyList.serial(node.certificate()), Bytes.utf8("{}")))
                .join();

        assertThat(peers.refusal(node.certificate(), 7)).isEqualTo("its certificate was revoked");
        assertThat(peers.refusal(pki.node(7).certificate(), 7)).isNull();
    }

    @Test
    void refusesAMemberThatWasRevokedWhateverCertificateItHas() {
        records.commit(SystemTxn.put(DenyList.RECORDS + DenyList.MEMBER + LeafIdentity.hex(7), Bytes.utf8("{}")))
                .join();
        denyList.follow(records);

        assertThat(peers.refusal(pki.node(7).certificate(), 7)).isEqualTo("its certificate was revoked");
        assertThat(peers.refusal(pki.node(8).certificate(), 8)).isNull();
    }

    @Test
    void aConnectionOutlivesItsCertificateButNotForLong() {
        Credentials node = pki.issue(
                LeafIdentity.node(TestPki.CLUSTER, 7, "n7"),
                Duration.ofMinutes(2),
                Instant.now().minus(Duration.ofMinutes(30)));
        Instant end = node.certificate().getNotAfter().toInstant();

        assertThat(peers.refusal(node.certificate(), 7)).isNull();
        assertThat(new PeerIdentityCheck(() -> TestPki.CLUSTER, denyList, () -> end.plus(Duration.ofMinutes(61)))
                        .refusal(node.certificate(), 7))
                .contains("expired at");
    }

    @Test
    void theEtcdPortTakesEveryRoleAndTheAdminPortNotClients() {
        CertificateCheck etcd = ClientCheck.etcd(() -> TestPki.CLUSTER, denyList, clock);
        CertificateCheck admin = ClientCheck.admin(() -> TestPki.CLUSTER, denyList, clock);
        Credentials operator =
                pki.issue(LeafIdentity.admin(TestPki.CLUSTER, "root"), Duration.ofDays(1), Instant.now());

        assertThat(etcd.refusal(pki.client().certificate(), 0)).isNull();
        assertThat(etcd.refusal(pki.node(1).certificate(), 0)).isNull();
        assertThat(etcd.refusal(operator.certificate(), 0)).isNull();
        assertThat(etcd.refusal(pki.authority.certificate(), 0)).contains("none of this cluster");
        assertThat(admin.refusal(operator.certificate(), 0)).isNull();
        assertThat(admin.refusal(pki.node(1).certificate(), 0)).isNull();
        assertThat(admin.refusal(pki.client().certificate(), 0)).contains("role client is not enough");
    }
}
