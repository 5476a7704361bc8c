package io.quorlite.agent.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.StreamObserver;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreConfig;
import io.quorlite.etcd.EtcdServer;
import io.quorlite.etcd.EtcdServerConfig;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.etcd.proto.rpc.WatchGrpc;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import io.quorlite.mvcc.Bytes;
import io.quorlite.system.SystemTxn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The etcd port with mutual TLS, as clients meet it. */
class EtcdOverTlsTest {
    private static final long DEADLINE_SECONDS = 30;
    private static final String ERROR = "error";
    private static final Optional<Path> ETCDCTL = Stream.of(
                    Path.of(Objects.requireNonNullElse(System.getenv("QUORLITE_ETCD_BIN"), "")),
                    Path.of("../target/etcd/usr/bin"))
            .map(programs -> programs.resolve("etcdctl").toAbsolutePath().normalize())
            .filter(Files::isExecutable)
            .findFirst();

    @TempDir
    Path folder;

    private final TestPki pki = new TestPki();
    private final ReloadingIdentity identity = pki.identity(pki.node(1));
    private final MemoryRecords records = new MemoryRecords();
    private final DenyList denyList = new DenyList();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private Datastore store;
    private EtcdServer server;

    @BeforeEach
    void start() throws IOException {
        denyList.follow(records);
        store = Datastore.open(DatastoreConfig.inDirectory(folder.resolve("data")));
        server = EtcdServer.start(
                store,
                EtcdServerConfig.builder()
                        .listen("127.0.0.1", 0)
                        .security(new EtcdServerConfig.Security(
                                identity.tls(),
                                ClientCheck.etcd(() -> TestPki.CLUSTER, denyList, InstantSource.system())))
                        .build());
    }

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        server.stop();
        store.close();
    }

    @Test
    void servesClientsWithACertificateOfTheCluster() throws Exception {
        for (Credentials good : List.of(pki.client(), pki.node(2))) {
            assertThat(put(channel(good), "k", "v")).isPositive();
        }
    }

    @Test
    void refusesClientsWithoutOneOrWithAWrongOrExpiredOne() throws Exception {
        Instant past = Instant.now().minus(Duration.ofDays(2));
        Credentials expired = pki.issue(LeafIdentity.client(TestPki.CLUSTER, "old"), Duration.ofDays(1), past);
        Credentials otherCluster = pki.issue(LeafIdentity.client(5, "theirs"), Duration.ofDays(1), Instant.now());
        Credentials otherAuthority = new TestPki().client();

        assertThatThrownBy(() -> put(channel(null), "k", "v")).isInstanceOf(StatusRuntimeException.class);
        for (Credentials bad : List.of(expired, otherCluster, otherAuthority)) {
            assertThatThrownBy(() -> put(channel(bad), "k", "v")).isInstanceOf(StatusRuntimeException.class);
        }
        assertThat(count(channel(pki.client()), "k")).isZero();
    }

    @Test
    void refusesPlainText() throws Exception {
        ManagedChannel plain = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
        channels.add(plain);
        assertThatThrownBy(() -> put(plain, "k", "v")).isInstanceOf(StatusRuntimeException.class);

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET /health HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("HTTP", "health");
        }
    }

    @Test
    void aRevokedClientIsRefusedAndItsOpenWatchEnds() throws Exception {
        Credentials client = pki.client();
        Credentials another = pki.client();
        BlockingQueue<String> seen = watch(channel(client), "k");
        BlockingQueue<String> othersSee = watch(channel(another), "k");

        var unused = records.commit(
                SystemTxn.put(DenyList.RECORDS + DenyList.serial(client.certificate()), Bytes.utf8("{}")));

        assertThat(seen.poll(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo(ERROR);
        assertThatThrownBy(() -> put(channel(client), "k", "v")).isInstanceOf(StatusRuntimeException.class);
        put(channel(another), "k", "still");
        assertThat(othersSee.poll(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("still");
    }

    @Test
    void aRenewedCertificateIsShownFromThenOnAndAnOpenWatchGoesOn() throws Exception {
        ManagedChannel before = channel(pki.client());
        BlockingQueue<String> seen = watch(before, "k");
        for (int rotation = 1; rotation <= 3; rotation++) {
            Credentials renewed = pki.node(1);
            identity.show(renewed);

            put(channel(pki.client()), "k", "v" + rotation);

            assertThat(seen.poll(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("v" + rotation);
            assertThat(https("GET /version", "http/1.1").serial()).isEqualTo(DenyList.serial(renewed.certificate()));
        }
    }

    @Test
    void servesProbesOverHttps() throws Exception {
        assertThat(https("GET /health", "http/1.1").answer())
                .startsWith("HTTP/1.1 200")
                .endsWith("{\"health\":\"true\",\"reason\":\"\"}");
        assertThat(https("GET /version", "").answer()).contains("etcdserver");
        assertThat(https("GET /health", "h2,http/1.1").answer()).startsWith("HTTP/1.1 200");
    }

    @Test
    void etcdctlWorksWithTheFilesOfThePkiDirectory() throws Exception {
        assumeTrue(ETCDCTL.isPresent(), "no etcdctl: run .ci/install-etcd, or name its folder in QUORLITE_ETCD_BIN");
        PkiDirectory directory = new PkiDirectory(folder.resolve("pki"));
        directory.storeAuthorities(List.of(pki.authority.certificate()));
        directory.store(CertificateRole.CLIENT, pki.client());

        assertThat(etcdctl("--cert=client.crt", "--key=client.key", "put", "greeting", "hello"))
                .isEqualTo("OK");
        assertThat(etcdctl("--cert=client.crt", "--key=client.key", "get", "greeting", "--print-value-only"))
                .isEqualTo("hello");
        assertThat(etcdctl("--cert=client.crt", "--key=client.key", "endpoint", "health"))
                .contains("is healthy");
        assertThat(etcdctl("get", "greeting")).doesNotContain("hello");
    }

    private String etcdctl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                ETCDCTL.orElseThrow().toString(),
                "--endpoints=https://127.0.0.1:" + server.port(),
                "--cacert=ca.crt",
                "--dial-timeout=3s",
                "--command-timeout=5s"));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("etcdctl.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.resolve("pki").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output).strip();
    }

    private record Https(String answer, String serial) {}

    private Https https(String request, String protocols) throws Exception {
        ReloadingIdentity client = pki.identity(pki.client());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {client.tls().keyManager()},
                new TrustManager[] {client.tls().trustManager()},
                null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setApplicationProtocols(protocols.isEmpty() ? new String[0] : protocols.split(","));
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write((request + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Https(answer, DenyList.serial((X509Certificate)
                    socket.getSession().getPeerCertificates()[0]));
        }
    }

    private ManagedChannel channel(@Nullable Credentials credentials) throws Exception {
        SslContextBuilder context = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                .trustManager(pki.authority.certificate());
        if (credentials != null) {
            context.keyManager(credentials.key(), credentials.chain());
        }
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .sslContext(context.build())
                .build();
        channels.add(channel);
        return channel;
    }

    private static long put(ManagedChannel channel, String key, String value) {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build())
                .getHeader()
                .getRevision();
    }

    private static long count(ManagedChannel channel, String key) {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build())
                .getCount();
    }

    /** The values that a watch sees, and {@link #ERROR} when it ends; open when this returns. */
    private static BlockingQueue<String> watch(ManagedChannel channel, String key) throws InterruptedException {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel).watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse response) {
                if (response.getCreated()) {
                    seen.add("created");
                }
                response.getEventsList()
                        .forEach(event -> seen.add(event.getKv().getValue().toStringUtf8()));
            }

            @Override
            public void onError(Throwable failure) {
                seen.add(ERROR);
            }

            @Override
            public void onCompleted() {
                seen.add(ERROR);
            }
        });
        requests.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
                .build());
        assertThat(seen.poll(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("created");
        return seen;
    }
}
