package io.quorlite.raft.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.tls.CertificateCheck;
import io.quorlite.tls.TestAuthority;
import io.quorlite.tls.TlsIdentity;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members with certificates of one authority, and some that have others. */
@Timeout(180)
class PeerTlsTest {
    private static final long ONE = 0x11;
    private static final long TWO = 0x22;
    private static final int ECHO = PeerKinds.ASK_LEADER;
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private final TransportCluster cluster = new TransportCluster();
    private final LogLines log = new LogLines();
    private final Set<BigInteger> revoked = ConcurrentHashMap.newKeySet();
    private final TestAuthority ours;
    private final TestAuthority theirs;

    PeerTlsTest() throws Exception {
        ours = new TestAuthority("ours");
        theirs = new TestAuthority("theirs");
    }

    @AfterEach
    void close() {
        cluster.close();
        log.close();
    }

    /** The certificate is the member's, and is not revoked. */
    private CertificateCheck check() {
        return (certificate, memberId) -> {
            if (revoked.contains(certificate.getSerialNumber())) {
                return "certificate " + certificate.getSerialNumber() + " is revoked";
            }
            String subject = certificate.getSubjectX500Principal().getName();
            return subject.equals(TestAuthority.subject(memberId)) ? null : "it is the certificate of " + subject;
        };
    }

    private UnaryOperator<PeerTransportConfig.Builder> tls(TlsIdentity identity) {
        return builder -> builder.handshakeTimeoutMillis(30_000)
                .certificateCheckMillis(50)
                .tls(identity, check());
    }

    private PeerTransport startTwo(TlsIdentity identity) throws Exception {
        PeerTransport two = cluster.start(TWO, tls(identity));
        two.handle(ECHO, (from, payload, reply) -> reply.send(payload));
        return two;
    }

    private PeerTransport startTwo() throws Exception {
        return startTwo(ours.identity(ours.issue(TWO)));
    }

    @Test
    void membersOfOneAuthorityTalk() throws Exception {
        startTwo();
        PeerTransport one = cluster.start(ONE, tls(ours.identity(ours.issue(ONE))));
        TransportCluster.connect(one, TWO);
        byte[] large = new byte[1 << 20];
        large[large.length - 1] = 1;

        assertThat(one.call(TWO, ECHO, large, Duration.ofSeconds(60)).get()).isEqualTo(large);
    }

    @Test
    void refusesAMemberWithoutACertificate() throws Exception {
        assertNeverConnects(ours.identity(new TestAuthority.Holder(null)), "TLS: ");
    }

    @Test
    void refusesACertificateOfAnotherAuthority() throws Exception {
        assertNeverConnects(ours.identity(theirs.issue(ONE)), "unable to find valid certification path");
    }

    @Test
    void refusesAnExpiredCertificate() throws Exception {
        Instant now = Instant.now();
        assertNeverConnects(ours.identity(ours.issue(ONE, now.minus(DAY), now.minus(HOUR))), "NotAfter");
    }

    @Test
    void refusesACertificateThatIsNotValidYet() throws Exception {
        Instant now = Instant.now();
        assertNeverConnects(ours.identity(ours.issue(ONE, now.plus(HOUR), now.plus(DAY))), "NotBefore");
    }

    @Test
    void refusesTheCertificateOfAnotherMember() throws Exception {
        assertNeverConnects(ours.identity(ours.issue(0x33)), "it is the certificate of CN=33");
    }

    @Test
    void refusesARevokedCertificate() throws Exception {
        TestAuthority.Pair pair = ours.issue(ONE);
        revoked.add(pair.certificate().getSerialNumber());
        assertNeverConnects(ours.identity(pair), "is revoked");
    }

    /** The refusal is told once at the refusing end, however often the other one comes. */
    private void assertNeverConnects(TlsIdentity identity, String reason) throws Exception {
        startTwo();
        PeerTransport stranger = cluster.start(ONE, tls(identity));

        stranger.keepConnected(List.of(TWO));

        Await.until("refused", () -> !refusals(reason).isEmpty());
        Await.until(
                "told",
                () -> !log.containing("WARN m0000000000000011 cannot use").isEmpty());
        Thread.sleep(500); // ten more attempts
        assertThat(refusals(reason)).hasSize(1);
        assertThat(stranger.isConnected(TWO)).isFalse();
    }

    private List<String> refusals(String reason) {
        return log.containing("WARN m0000000000000022 closed a connection").stream()
                .filter(line -> line.contains(reason))
                .toList();
    }

    @Test
    void theDialingMemberLooksAtTheCertificateToo() throws Exception {
        startTwo(ours.identity(ours.issue(0x33)));
        PeerTransport one = cluster.start(ONE, tls(ours.identity(ours.issue(ONE))));

        one.keepConnected(List.of(TWO));

        Await.until(
                "refused",
                () -> !log.containing("we do not take its certificate: it is the certificate of CN=33")
                        .isEmpty());
        assertThat(one.isConnected(TWO)).isFalse();
    }

    @Test
    void aRevokedCertificateEndsALivingConnection() throws Exception {
        PeerTransport two = startTwo();
        TestAuthority.Pair pair = ours.issue(ONE);
        TestAuthority.Holder holder = new TestAuthority.Holder(pair);
        PeerTransport one = cluster.start(ONE, tls(ours.identity(holder)));
        one.keepConnected(List.of(TWO));
        Await.until("connected", () -> one.isConnected(TWO));

        revoked.add(pair.certificate().getSerialNumber());

        Await.until("closed", () -> !one.isConnected(TWO) && !two.isPresent(ONE));
        assertThat(log.containing("closes its connection with m0000000000000011: certificate"))
                .hasSize(1);

        holder.hold(ours.issue(ONE));
        Await.until("connected with another", () -> one.isConnected(TWO));
    }

    @Test
    void aSwappedCertificateLeavesConnectionsAloneAndIsUsedByTheNext() throws Exception {
        PeerTransport two = startTwo();
        TestAuthority.Pair first = ours.issue(ONE);
        TestAuthority.Holder holder = new TestAuthority.Holder(first);
        PeerTransport one = cluster.start(ONE, tls(ours.identity(holder)));
        one.keepConnected(List.of(TWO));
        Await.until("connected", () -> one.isConnected(TWO) && two.isPresent(ONE));

        holder.hold(ours.issue(ONE));
        Thread.sleep(300); // looked at a few times
        byte[] payload = {1, 2, 3};
        assertThat(one.call(TWO, ECHO, payload, Duration.ofSeconds(60)).get()).isEqualTo(payload);
        assertThat(log.containing("lost its connection")).isEmpty();

        two.disconnectInbound(ONE, "for the test");
        Await.until("disconnected", () -> !log.containing("lost its connection").isEmpty());
        Await.until("connected again", () -> one.isConnected(TWO) && two.isPresent(ONE));
        revoked.add(first.certificate().getSerialNumber());
        Thread.sleep(300); // nobody shows that one any more
        assertThat(log.containing("is revoked")).isEmpty();
        assertThat(one.isConnected(TWO)).isTrue();
    }

    @Test
    void plainTextClosesTheConnectionWithOneLine() throws Exception {
        PeerTransport two = startTwo();
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), two.boundAddress().port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));

            byte[] answer = socket.getInputStream().readAllBytes(); // at most an alert, then the end
            assertThat(answer.length).isLessThan(Hello.BYTES);
        }
        Await.until("logged", () -> !log.containing("closed a connection").isEmpty());
        assertThat(log.containing("WARN m0000000000000022 closed a connection")).hasSize(1);
    }

    @Test
    void aPlainTextMemberAndOneWithTlsDoNotMeet() throws Exception {
        startTwo();
        PeerTransport plain = cluster.start(ONE);

        plain.keepConnected(List.of(TWO));

        Await.until(
                "refused",
                () -> !log.containing("WARN m0000000000000022 closed a connection")
                        .isEmpty());
        assertThat(plain.isConnected(TWO)).isFalse();
    }
}
