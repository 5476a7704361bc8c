package io.quorlite.agent.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReloadingIdentityTest {
    private final TestPki pki = new TestPki();
    private final ReloadingIdentity server = pki.identity(pki.node(1));
    private final ExecutorService accepting = Executors.newSingleThreadExecutor(task -> new Thread(task, "accept"));

    @AfterEach
    void stop() {
        accepting.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void meetsAnotherNode(String protocol) throws Exception {
        Credentials client = pki.node(2);

        assertThat(seenByServer(pki.identity(client), protocol)).isEqualTo(client.certificate());
    }

    @Test
    void showsNewCredentialsFromTheNextHandshakeOn() throws Exception {
        ReloadingIdentity client = pki.identity(pki.node(2));
        seenByServer(client, "TLSv1.3");
        Credentials renewed = pki.node(2);

        client.show(renewed);

        assertThat(seenByServer(client, "TLSv1.3")).isEqualTo(renewed.certificate());
    }

    @Test
    void believesAnotherAuthorityFromTheNextHandshakeOn() throws Exception {
        TestPki next = new TestPki();
        ReloadingIdentity client = next.identity(next.node(2));
        client.believe(List.of(pki.authority.certificate(), next.authority.certificate()));
        assertThatThrownBy(() -> seenByServer(client, "TLSv1.3")).isInstanceOf(IOException.class);

        server.believe(List.of(pki.authority.certificate(), next.authority.certificate()));

        assertThat(LeafIdentity.of(seenByServer(client, "TLSv1.3")))
                .contains(LeafIdentity.node(TestPki.CLUSTER, 2, "n2"));
    }

    @Test
    void refusesWhatHasExpiredOrIsOfAnotherAuthorityOrIsNotThere() {
        Instant past = Instant.now().minus(Duration.ofDays(2));
        Credentials expired = pki.issue(LeafIdentity.node(TestPki.CLUSTER, 2, "n2"), Duration.ofDays(1), past);
        TestPki other = new TestPki();
        ReloadingIdentity stranger = pki.identity(other.node(2));
        ReloadingIdentity nobody = new ReloadingIdentity(InstantSource.system());
        nobody.believe(List.of(pki.authority.certificate()));

        for (ReloadingIdentity client : List.of(pki.identity(expired), stranger, nobody)) {
            assertThatThrownBy(() -> seenByServer(client, "TLSv1.3")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> seenByServer(client, "TLSv1.2")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void doesNotMindACertificateOfAClockTenMinutesAhead() throws Exception {
        Instant ahead = Instant.now().plus(Duration.ofMinutes(25)); // it is back-dated, too
        Instant farAhead = Instant.now().plus(Duration.ofHours(1));
        LeafIdentity identity = LeafIdentity.node(TestPki.CLUSTER, 2, "n2");

        assertThat(seenByServer(pki.identity(pki.issue(identity, Duration.ofDays(1), ahead)), "TLSv1.3"))
                .isNotNull();
        assertThatThrownBy(
                        () -> seenByServer(pki.identity(pki.issue(identity, Duration.ofDays(1), farAhead)), "TLSv1.3"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void failsEveryHandshakeWhileItHasNothing() {
        ReloadingIdentity empty = new ReloadingIdentity(InstantSource.system());

        assertThatThrownBy(() -> seenByServer(empty, "TLSv1.3")).isInstanceOf(IOException.class);
    }

    /** Connects, and returns the certificate that the server saw after a byte has gone each way. */
    private X509Certificate seenByServer(ReloadingIdentity client, String protocol) throws Exception {
        try (SSLServerSocket listening = (SSLServerSocket) context(server.tls())
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setNeedClientAuth(true);
            Future<X509Certificate> seen = accepting.submit(() -> {
                try (SSLSocket socket = (SSLSocket) listening.accept()) {
                    socket.setSoTimeout(10_000);
                    socket.getInputStream().read();
                    socket.getOutputStream().write(1);
                    return (X509Certificate) socket.getSession().getPeerCertificates()[0];
                }
            });
            try (SSLSocket socket = (SSLSocket) context(client.tls())
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
                socket.setSoTimeout(10_000);
                socket.setEnabledProtocols(new String[] {protocol});
                socket.getOutputStream().write(1);
                if (socket.getInputStream().read() < 0) {
                    throw new IOException("the server closed the connection");
                }
            }
            return seen.get();
        }
    }

    private static SSLContext context(TlsIdentity identity) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {identity.keyManager()}, new TrustManager[] {identity.trustManager()}, null);
        return context;
    }
}
