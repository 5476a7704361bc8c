package io.quorlite.agent.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.Bytes;
import io.quorlite.system.SystemTxn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSecurityTest {
    private static final LeafIdentity SELF = LeafIdentity.node(TestPki.CLUSTER, 7, "n1");

    @TempDir
    Path folder;

    private final TestClock now = new TestClock();
    private final MemoryRecords records = new MemoryRecords();
    private final RenewalSettings settings = RenewalSettings.of(List.of("10.0.0.11"));
    private PkiDirectory directory;
    private NodeSecurity security;

    @BeforeEach
    void initialise() throws Exception {
        directory = new PkiDirectory(folder.resolve("pki"));
        security = NodeSecurity.open(directory, now);
        security.initialise(records, null, SELF, settings);
    }

    @AfterEach
    void close() {
        security.close();
    }

    @Test
    void aNewClusterHasCertificatesForEverybody() throws Exception {
        X509Certificate authority = directory.authorities().get(0);
        for (CertificateRole role : CertificateRole.values()) {
            X509Certificate certificate =
                    directory.credentials(role).orElseThrow().certificate();
            certificate.verify(authority.getPublicKey());
            assertThat(LeafIdentity.of(certificate).orElseThrow().role()).isEqualTo(role);
        }
        assertThat(new AuthorityRecords(records).issued())
                .extracting(IssuedCertificate::role)
                .containsExactlyInAnyOrder("node", "client", "admin");
        assertThat(security.peerSecurity()
                        .check()
                        .refusal(security.certificate().orElseThrow(), 7))
                .isNull();
        assertThat(NodeSecurity.open(directory, now).certificate()).isEqualTo(security.certificate());
    }

    @Test
    void noRecordHoldsTheAuthoritysKeyInClear() throws Exception {
        String key = Pem.of(new AuthorityRecords(records)
                        .signing(directory.keyEncryptionKey().orElseThrow())
                        .key())
                .substring(40, 80);

        assertThat(records.list(""))
                .allSatisfy(found -> assertThat(new String(found.value().unsafeArray(), StandardCharsets.UTF_8))
                        .doesNotContain(key)
                        .doesNotContain("PRIVATE"));
        assertThatThrownBy(() -> new AuthorityRecords(records).signing(KeyEncryptionKey.generate()))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void anInitThatWasCutShortGoesOnWithTheSameAuthority() throws Exception {
        SpkiPin pin = new AuthorityRecords(records).signingPin().orElseThrow();
        Files.delete(directory.certificatePath(CertificateRole.NODE));

        NodeSecurity again = NodeSecurity.open(directory, now);
        assertThat(again.certificate()).isEmpty();
        again.initialise(records, null, SELF, settings);

        assertThat(new AuthorityRecords(records).signingPin()).contains(pin);
        assertThat(again.certificate()).isPresent();
    }

    @Test
    void renewsLateInLifeAndNotBefore() throws Exception {
        X509Certificate first = security.certificate().orElseThrow();
        ReloadingIdentity shown = new ReloadingIdentity(now);
        shown.believe(security.authorities());
        Renewal renewal = new Renewal(directory, shown, records, new DenyList(), settings, now);

        now.pass(Duration.ofDays(240));
        renewal.look();
        assertThat(directory.credentials(CertificateRole.NODE).orElseThrow().certificate())
                .isEqualTo(first);

        now.pass(Duration.ofDays(6));
        renewal.look();

        X509Certificate second =
                directory.credentials(CertificateRole.NODE).orElseThrow().certificate();
        assertThat(second.getNotAfter()).isAfter(first.getNotAfter());
        assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
        assertThat(LeafIdentity.of(second)).contains(SELF);
        assertThat(shown.shown().orElseThrow().certificate()).isEqualTo(second);
        assertThat(new AuthorityRecords(records).issued()).hasSize(6);
        renewal.close();
    }

    @Test
    void aCertificateOfTwoMinutesIsRenewedAfterEightySeconds() throws Exception {
        RenewalSettings brief = new RenewalSettings(List.of(), Duration.ofMinutes(2), RenewalSettings.RENEW_AT);
        Credentials issued = new TestPki(now.instant()).issue(SELF, brief.lifetime(), now.instant());

        assertThat(Duration.between(now.instant(), brief.renewalOf(issued.certificate())))
                .isBetween(Duration.ofSeconds(78), Duration.ofSeconds(82));
        assertThat(brief.interval()).isEqualTo(Duration.ofSeconds(3));
        assertThat(RenewalSettings.of(List.of()).interval()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void aRevokedNodeDoesNotRenewItself() throws Exception {
        X509Certificate first = security.certificate().orElseThrow();
        DenyList denyList = new DenyList();
        denyList.follow(records);
        records.commit(SystemTxn.put(DenyList.RECORDS + DenyList.serial(first), Bytes.utf8("{}")))
                .join();
        now.pass(Duration.ofDays(300));
        Renewal renewal = new Renewal(directory, new ReloadingIdentity(now), records, denyList, settings, now);

        renewal.look();

        assertThat(directory.credentials(CertificateRole.NODE).orElseThrow().certificate())
                .isEqualTo(first);
        renewal.close();
    }

    @Test
    void renewsOnDemandAndShowsItAtOnce() throws Exception {
        X509Certificate first = security.certificate().orElseThrow();
        security.attach(records, settings);

        security.renewNow();

        assertThat(security.certificate().orElseThrow()).isNotEqualTo(first);
    }
}
