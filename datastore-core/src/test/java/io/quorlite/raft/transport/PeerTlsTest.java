package io.quorlite.raft.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that trust one self-signed pair, and one that has another. */
@Timeout(180)
class PeerTlsTest {
    private static final long ONE = 0x11;
    private static final long TWO = 0x22;
    private static final int ECHO = PeerKinds.ASK_LEADER;
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path directory;

    private final TransportCluster cluster = new TransportCluster();
    private final LogLines log = new LogLines();

    @BeforeAll
    static void makeKeys() throws Exception {
        for (String name : List.of("ours", "theirs")) {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-keystore",
                            keys(name).toString(),
                            "-storetype",
                            "PKCS12",
                            "-storepass",
                            new String(PASSWORD),
                            "-alias",
                            "key",
                            "-keyalg",
                            "EC",
                            "-groupname",
                            "secp256r1",
                            "-dname",
                            "CN=" + name,
                            "-ext",
                            "san=ip:127.0.0.1")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(keytool.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(keytool.exitValue()).isZero();
        }
    }

    @AfterEach
    void close() {
        cluster.close();
        log.close();
    }

    private static Path keys(String name) {
        return directory.resolve(name + ".p12");
    }

    private static UnaryOperator<PeerTransportConfig.Builder> tls(String name) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys(name))) {
            store.load(in, PASSWORD);
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, PASSWORD);
        trusted.setCertificateEntry("key", store.getCertificate("key"));
        KeyManagerFactory key = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        key.init(store, PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SslContext server = SslContextBuilder.forServer(key)
                .sslProvider(SslProvider.JDK)
                .trustManager(trust)
                .clientAuth(ClientAuth.REQUIRE)
                .build();
        SslContext client = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .keyManager(key)
                .trustManager(trust)
                .build();
        return builder -> builder.handshakeTimeoutMillis(30_000).tls(() -> server, () -> client);
    }

    private PeerTransport startTwo() throws Exception {
        PeerTransport two = cluster.start(TWO, tls("ours"));
        two.handle(ECHO, (from, payload, reply) -> reply.send(payload));
        return two;
    }

    @Test
    void membersOfOneAuthorityTalk() throws Exception {
        startTwo();
        PeerTransport one = cluster.start(ONE, tls("ours"));
        TransportCluster.connect(one, TWO);
        byte[] large = new byte[1 << 20];
        large[large.length - 1] = 1;

        assertThat(one.call(TWO, ECHO, large, Duration.ofSeconds(60)).get()).isEqualTo(large);
    }

    @Test
    void aMemberWithAnotherCertificateNeverConnects() throws Exception {
        startTwo();
        PeerTransport stranger = cluster.start(ONE, tls("theirs"));

        stranger.keepConnected(List.of(TWO));

        Await.until(
                "refused",
                () -> !log.containing("WARN m0000000000000022 closed a connection")
                        .isEmpty());
        Await.until(
                "told",
                () -> !log.containing("WARN m0000000000000011 cannot connect").isEmpty());
        assertThat(stranger.isConnected(TWO)).isFalse();
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
}
