package io.quorlite.agent.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.LongSerializationPolicy;
import io.quorlite.agent.join.TestCluster.Newcomer;
import io.quorlite.agent.pki.NodeSecurity;
import io.quorlite.agent.pki.PkiDirectory;
import io.quorlite.agent.pki.TestPki;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.token.JoinToken;
import io.quorlite.replication.PeerAddress;
import io.quorlite.tls.TlsIdentity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinExchangeTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Gson GSON = new GsonBuilder()
            .setLongSerializationPolicy(LongSerializationPolicy.STRING)
            .create();

    @TempDir
    Path folder;

    private final List<PeerAddress> reached = new CopyOnWriteArrayList<>();
    private final List<Server> servers = new ArrayList<>();
    private TestCluster cluster;
    private Newcomer n2;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(folder.resolve("n1"));
        n2 = cluster.newcomer("n2", "10.0.0.12:2380");
    }

    @AfterEach
    void stop() throws IOException {
        for (Server server : servers) {
            server.listening.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "localhost"})
    void joinsAtAddressesAndNames(String host) throws Exception {
        Server server = serve(cluster.security.tls(), 0);
        JoinToken token = tokenFor(new PeerAddress(host, server.port()));
        PkiDirectory directory = new PkiDirectory(folder.resolve("n2"));

        JoinGrant grant = exchange(token).ask(at -> n2.request(token), TIMEOUT);

        NodeSecurity security = NodeSecurity.open(directory, Instant::now);
        grant.store(security, n2.keys);
        assertThat(reached).containsExactly(new PeerAddress(host, server.port()));
        assertThat(directory.hasNode()).isTrue();
        assertThat(directory.keyEncryptionKey())
                .isEqualTo(cluster.security.directory().keyEncryptionKey());
        assertThat(security.peerSecurity()
                        .check()
                        .refusal(
                                security.certificate().orElseThrow(),
                                grant.invitation().memberId()))
                .isNull();
    }

    @Test
    void sendsNothingToAServerOfAnotherAuthority() throws Exception {
        TestPki other = new TestPki();
        Server intruder = serve(other.identity(other.node(1)).tls(), 0);
        JoinToken token = tokenFor(intruder.address());

        refused(
                () -> exchange(token).ask(at -> n2.request(token), TIMEOUT),
                ExitCode.IDENTITY,
                intruder.address() + " presented CA " + other.authority.pin().brief() + ", the token expects "
                        + token.pins().get(0).brief() + ". Someone may be intercepting");
        assertThat(reached).isEmpty();
        assertThat(intruder.requests).isEmpty();
    }

    @Test
    void sendsNothingToAServerWhoseCertificateIsForAnotherHost() throws Exception {
        Server server = serve(cluster.security.tls(), 0);
        JoinToken token = tokenFor(new PeerAddress("127.0.0.9", server.port()));

        refused(
                () -> exchange(token).ask(at -> n2.request(token), TIMEOUT),
                ExitCode.IDENTITY,
                "presented a certificate that is not valid: No subject alternative names matching");
        assertThat(server.requests).isEmpty();
    }

    @Test
    void triesAllEndpointsBeforeItGivesUp() throws Exception {
        Server server = serve(cluster.security.tls(), 0);
        TestPki other = new TestPki();
        Server intruder = serve(other.identity(other.node(1)).tls(), 0);
        PeerAddress silent = new PeerAddress("127.0.0.1", silentPort());
        JoinToken token =
                tokenFor(new PeerAddress("127.0.0.1", closedPort()), silent, intruder.address(), server.address());

        assertThat(exchange(token).ask(at -> n2.request(token), TIMEOUT)).isNotNull();

        assertThat(reached).containsExactly(server.address());
    }

    @Test
    void saysOfEachEndpointWhyItIsNotReached() throws Exception {
        JoinToken token =
                tokenFor(new PeerAddress("127.0.0.1", closedPort()), new PeerAddress("no.such.host.invalid", 1));

        refused(
                () -> exchange(token).ask(at -> n2.request(token), TIMEOUT),
                ExitCode.UNREACHABLE,
                "No member is reachable at the addresses in the token: ");
    }

    @Test
    void tellsWhatTheClusterRefused() throws Exception {
        Server server = serve(cluster.security.tls(), 0);
        JoinToken token = tokenFor(server.address());
        cluster.newcomer("n9", "10.0.0.19:2380").join(token);

        refused(
                () -> exchange(token).ask(at -> n2.request(token), TIMEOUT),
                ExitCode.TOKEN,
                "Token " + token.id() + " was already used by n9");
    }

    @Test
    void asksAgainWhenTheAnswerWasLost() throws Exception {
        Server server = serve(cluster.security.tls(), 2);
        JoinToken token = tokenFor(server.address());

        JoinGrant grant = exchange(token).ask(at -> n2.request(token), TIMEOUT);

        assertThat(server.requests).hasSize(3);
        assertThat(grant.members()).extracting(JoinGrant.Peer::name).containsExactly("n1");
        assertThat(cluster.admissions.tokens().get(token.id()).uses()).hasSize(1);
    }

    @Test
    void comesThroughWhereverTheConnectionBreaks() throws Exception {
        Server server = serve(cluster.security.tls(), 0);
        try (BreakingLink link = new BreakingLink(server.port(), 700)) {
            JoinToken token = tokenFor(link.address());
            JoinGrant grant = null;
            while (grant == null) {
                try {
                    grant = exchange(token).ask(at -> n2.request(token), TIMEOUT);
                } catch (Refusal broken) {
                    assertThat(broken.exitCode())
                            .as("a link that breaks is no certificate that is wrong: " + broken.text())
                            .isIn(ExitCode.UNREACHABLE, ExitCode.TIMEOUT);
                    assertThat(link.broken()).isLessThan(100);
                }
            }

            assertThat(link.broken())
                    .as("in the handshake, the request and the answer")
                    .isGreaterThan(5);
            assertThat(server.requests).as("answers that were lost").hasSizeGreaterThan(1);
            assertThat(cluster.admissions.tokens().get(token.id()).uses()).hasSize(1);
            assertThat(cluster.records.list(Joining.RECORDS)).hasSize(1);
        }
    }

    @Test
    void doesNotCallAnUnknownOutcomeAFailure() throws Exception {
        Server server = serve(cluster.security.tls(), Integer.MAX_VALUE);
        JoinToken token = tokenFor(server.address());

        refused(
                () -> exchange(token).ask(at -> n2.request(token), Duration.ofSeconds(2)),
                ExitCode.TIMEOUT,
                "it may have let this node in");
    }

    @Test
    void doesNotShowATokenThatHasLongExpired() {
        JoinToken token = tokenFor(new PeerAddress("127.0.0.1", 1));
        JoinExchange later = new JoinExchange(token, () -> token.expires().plusSeconds(840), reached::add);

        refused(
                () -> later.ask(at -> n2.request(token), TIMEOUT),
                ExitCode.TOKEN,
                "Token " + token.id() + " expired 14 min ago.");
    }

    private JoinToken tokenFor(PeerAddress... endpoints) {
        return cluster.admissions.tokens().create(Tokens.Wish.DEFAULT, List.of(endpoints));
    }

    private JoinExchange exchange(JoinToken token) {
        return new JoinExchange(token, Instant::now, reached::add);
    }

    private static void refused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable join, ExitCode code, String message) {
        assertThatThrownBy(join).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.getMessage()).contains(message);
            assertThat(refusal.exitCode()).isEqualTo(code);
        });
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Accepts connections and says nothing. */
    private int silentPort() throws IOException {
        Server silent = new Server(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), 0);
        servers.add(silent);
        return silent.port();
    }

    private Server serve(TlsIdentity identity, int answersLost) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {identity.keyManager()}, new TrustManager[] {identity.trustManager()}, null);
        SSLServerSocket listening =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 10);
        listening.setWantClientAuth(true);
        Server server = new Server(listening, answersLost);
        servers.add(server);
        Thread thread = new Thread(server::run, "test-admin");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    /** The admin port of a member, as far as joining needs it; loses its first answers. */
    private final class Server {
        final List<String> requests = new CopyOnWriteArrayList<>();
        final AtomicInteger answersToLose;
        final ServerSocket listening;

        Server(ServerSocket listening, int answersLost) {
            this.listening = listening;
            this.answersToLose = new AtomicInteger(answersLost);
        }

        int port() {
            return listening.getLocalPort();
        }

        PeerAddress address() {
            return new PeerAddress("127.0.0.1", port());
        }

        void run() {
            while (!listening.isClosed()) {
                try (SSLSocket socket = (SSLSocket) listening.accept()) {
                    serve(socket);
                } catch (IOException e) {
                    // this connection came to nothing; the next one may
                }
            }
        }

        private void serve(SSLSocket socket) throws IOException {
            String request = request(socket.getInputStream());
            requests.add(request);
            String status = "200 OK";
            Object answer;
            try {
                answer = cluster.admissions.admit(
                        GSON.fromJson(request.substring(request.indexOf("\r\n\r\n")), JoinRequest.class), "10.0.0.12");
            } catch (Refusal refusal) {
                status = "403 Forbidden";
                answer = new ErrorBody(refusal.code(), refusal.exitCode().number(), refusal.text());
            }
            if (answersToLose.getAndDecrement() > 0) {
                return;
            }
            byte[] body = GSON.toJson(answer).getBytes(StandardCharsets.UTF_8);
            String head = "HTTP/1.1 " + status + "\r\ncontent-length: " + body.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
        }

        private String request(InputStream in) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int length = -1;
            while (true) {
                int read = in.read();
                if (read < 0) {
                    throw new IOException("closed");
                }
                bytes.write(read);
                String text = bytes.toString(StandardCharsets.UTF_8);
                if (length < 0 && text.endsWith("\r\n\r\n")) {
                    length = bytes.size()
                            + Integer.parseInt(text.replaceAll("(?s).*Content-Length: (\\d+)\r\n.*", "$1"));
                }
                if (bytes.size() == length) {
                    return text;
                }
            }
        }
    }

    private record ErrorBody(String code, int exitCode, String message) {}
}
