package io.quorlite.agent.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
    private final Instant now = Instant.now();

    @TempDir
    Path folder;

    @Test
    void aNodesCertificateSaysWhoItIsAndWhereItIsReached() throws Exception {
        TestPki pki = new TestPki();
        X509Certificate certificate = pki.node(7).certificate();

        certificate.verify(pki.authority.certificate().getPublicKey());
        assertThat(LeafIdentity.of(certificate)).contains(LeafIdentity.node(TestPki.CLUSTER, 7, "n7"));
        assertThat(certificate.getSubjectAlternativeNames().stream().map(entry -> String.valueOf(entry.get(1))))
                .containsExactlyInAnyOrder(
                        "spiffe://c1f277aa00000001/node/0000000000000007",
                        "localhost",
                        "n7",
                        "n1.example",
                        "127.0.0.1",
                        "0:0:0:0:0:0:0:1");
        assertThat(certificate.getExtendedKeyUsage()).hasSize(2);
        assertThat(certificate.getBasicConstraints()).isNegative();
    }

    @Test
    void clientsAndAdministratorsMayNotServe() throws Exception {
        TestPki pki = new TestPki();
        X509Certificate client = pki.client().certificate();

        assertThat(LeafIdentity.of(client)).contains(LeafIdentity.client(TestPki.CLUSTER, "kube-apiserver"));
        assertThat(client.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    }

    @Test
    void isValidALittleEarlierThanNowAndNoLongerThanItsAuthority() {
        TestPki pki = new TestPki(now);

        Credentials issued = pki.issue(LeafIdentity.admin(1, "root"), Duration.ofDays(20_000), now);

        assertThat(issued.certificate().getNotBefore()).isBeforeOrEqualTo(now.minus(Duration.ofMinutes(11)));
        assertThat(issued.certificate().getNotAfter())
                .isEqualTo(pki.authority.certificate().getNotAfter());
    }

    @Test
    void refusesNamesThatWouldSpoilACertificate() {
        for (String host : List.of("", "a b", "n1_x", "-a", "a..b", "*.example", "n1:2380", "a/b")) {
            assertThatThrownBy(() -> LeafCertificates.normalHost(host)).isInstanceOf(IllegalArgumentException.class);
        }
        for (String name : List.of("", "a b", "a/b", "ö", "a".repeat(65))) {
            assertThatThrownBy(() -> LeafIdentity.node(1, 2, name)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(new TestPki().issue(LeafIdentity.node(1, 2, "n_1"), Duration.ofDays(1), now))
                .isNotNull();
    }

    @Test
    void takesTheKeyOfARequestWhoseSenderHasIt() throws Exception {
        KeyPair keys = LeafCertificates.newKeys();

        assertThat(CertificateRequests.verifiedKey(CertificateRequests.create(keys, "n1")))
                .isEqualTo(keys.getPublic());
    }

    @Test
    void refusesRequestsThatProveNothing() throws Exception {
        KeyPair mine = LeafCertificates.newKeys();
        KeyPair another =
                new KeyPair(mine.getPublic(), LeafCertificates.newKeys().getPrivate());
        byte[] forged = CertificateRequests.create(another, "n1");
        byte[] cut = Arrays.copyOf(forged, 60);

        assertThatThrownBy(() -> CertificateRequests.verifiedKey(forged)).hasMessageContaining("not signed by its key");
        assertThatThrownBy(() -> CertificateRequests.verifiedKey(cut)).isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> CertificateRequests.verifiedKey(new byte[0])).isInstanceOf(CertificateException.class);
        assertThatThrownBy(() -> CertificateRequests.verifiedKey(new byte[9000]))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void takesAnAuthorityThatTheUserBringsAlsoOneBelowAnother() throws Exception {
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.crt -days 30 -subj /CN=root");
        openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout sub.key -out sub.csr -subj /CN=sub");
        Files.writeString(folder.resolve("ext"), "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n");
        openssl("x509 -req -in sub.csr -CA root.crt -CAkey root.key -CAcreateserial -extfile ext -out sub.crt -days 9");
        openssl("ec -in sub.key -out sub.old.key");
        openssl("rsa -in root.key -traditional -out root.old.key");

        for (List<String> files : List.of(
                List.of("root.crt", "root.key"),
                List.of("root.crt", "root.old.key"),
                List.of("sub.crt", "sub.key"),
                List.of("sub.crt", "sub.old.key"))) {
            ClusterAuthority authority = load(files.get(0), files.get(1));
            X509Certificate leaf = LeafCertificates.issue(
                    authority,
                    LeafCertificates.newKeys().getPublic(),
                    LeafIdentity.node(1, 2, "n1"),
                    List.of(),
                    Duration.ofDays(1),
                    now);
            leaf.verify(authority.certificate().getPublicKey());
            assertThat(leaf.getIssuerX500Principal())
                    .isEqualTo(authority.certificate().getSubjectX500Principal());
        }
        assertThatThrownBy(() -> load("sub.crt", "root.key")).hasMessageContaining("not that of CN=sub");
    }

    @Test
    void refusesAnAuthorityThatCannotSign() throws Exception {
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.crt -days 30 -subj /CN=leaf"
                + " -addext basicConstraints=critical,CA:FALSE");
        openssl("req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out weak.crt -days 30 -subj /CN=weak");

        assertThatThrownBy(() -> load("leaf.crt", "leaf.key")).hasMessageContaining("not a CA certificate");
        assertThatThrownBy(() -> load("weak.crt", "weak.key")).hasMessageContaining("too weak");
        assertThatThrownBy(() -> ClusterAuthority.load(
                        Files.readString(folder.resolve("weak.crt")),
                        Files.readString(folder.resolve("weak.key")),
                        now.plus(Duration.ofDays(31))))
                .hasMessageContaining("is not now");
    }

    private ClusterAuthority load(String certificate, String key) throws IOException, CertificateException {
        return ClusterAuthority.load(
                Files.readString(folder.resolve(certificate)), Files.readString(folder.resolve(key)), Instant.now());
    }

    private void openssl(String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("openssl.log").toFile())
                    .start();
        } catch (IOException e) {
            Assumptions.abort("no openssl to make a user's authority with");
            return;
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(arguments + ": " + Files.readString(folder.resolve("openssl.log")))
                .isZero();
    }
}
