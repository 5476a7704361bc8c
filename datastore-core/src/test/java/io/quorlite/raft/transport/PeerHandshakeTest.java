package io.quorlite.raft.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.replication.PeerAddress;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class PeerHandshakeTest {
    private static final long ONE = 0x11;
    private static final long TWO = 0x22;
    private static final long THREE = 0x33;
    private static final int ECHO = PeerKinds.ASK_LEADER;

    private final TransportCluster cluster = new TransportCluster();
    private final LogLines log = new LogLines();

    @AfterEach
    void close() {
        cluster.close();
        log.close();
    }

    private PeerTransport echoing(long memberId) throws Exception {
        PeerTransport transport = cluster.start(memberId);
        transport.handle(ECHO, (from, payload, reply) -> reply.send(payload));
        return transport;
    }

    private static Socket connectTo(PeerTransport transport) throws Exception {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), transport.boundAddress().port());
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static void hello(Socket socket, int version, long cluster, long from, long to) throws Exception {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(Hello.MAGIC);
        out.writeShort(version);
        out.writeShort(0);
        out.writeLong(cluster);
        out.writeLong(from);
        out.writeLong(to);
    }

    /** Whether the peer closes the connection without sending another byte. */
    private static boolean isClosed(Socket socket) throws Exception {
        try {
            return socket.getInputStream().read() == -1;
        } catch (SocketException e) {
            return true; // a reset
        }
    }

    private static void assertWorks(PeerTransport from, long to) throws Exception {
        TransportCluster.connect(from, to);
        assertThat(from.call(to, ECHO, new byte[] {1}, Duration.ofSeconds(60)).get())
                .containsExactly(1);
    }

    @Test
    void refusesAnotherClusterOnceInBothLogs() throws Exception {
        echoing(TWO);
        PeerTransport stranger = cluster.start(ONE, 0xC2, 0, builder -> builder.refusedDelayMillis(10));

        stranger.keepConnected(List.of(TWO));

        Await.until(
                "refused", () -> !log.containing("cannot use its connection").isEmpty());
        Thread.sleep(300); // some thirty further attempts
        assertThat(stranger.isConnected(TWO)).isFalse();
        assertThat(log.containing(
                        "WARN m0000000000000011 cannot use its connection to m0000000000000022", "cluster c1"))
                .hasSize(1);
        assertThat(log.containing("WARN m0000000000000022 closed a connection", "belongs to cluster c1, not c2"))
                .hasSize(1);
    }

    @Test
    void refusesACallMeantForAnotherMember() throws Exception {
        PeerTransport two = echoing(TWO);
        PeerTransport one = cluster.start(ONE);
        cluster.book.put(THREE, two.boundAddress());

        one.keepConnected(List.of(THREE));

        Await.until(
                "refused",
                () -> !log.containing("cannot use its connection", "this is member m0000000000000022")
                        .isEmpty());
        assertThat(one.isConnected(THREE)).isFalse();
        assertWorks(one, TWO);
    }

    @Test
    void theDialingSideChecksWhoAnswers() throws Exception {
        PeerTransport one = cluster.start(ONE);
        try (ServerSocket impostor = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            cluster.book.put(TWO, new PeerAddress("127.0.0.1", impostor.getLocalPort()));
            boolean connected = one.connect(TWO);
            try (Socket accepted = impostor.accept()) {
                hello(accepted, Hello.VERSION, TransportCluster.CLUSTER, THREE, ONE);

                Await.until(
                        "noticed",
                        () -> !log.containing("it is member m0000000000000033").isEmpty());
                assertThat(connected).isFalse();
                assertThat(one.isConnected(TWO)).isFalse();
                assertThat(accepted.getInputStream().readNBytes(Hello.BYTES)).hasSize(Hello.BYTES);
                assertThat(isClosed(accepted)).isTrue();
            }
        }
    }

    @Test
    void tellsAnotherProtocolVersionWhyItIsRefused() throws Exception {
        PeerTransport two = echoing(TWO);
        try (Socket socket = connectTo(two)) {
            hello(socket, 7, TransportCluster.CLUSTER, ONE, TWO);

            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(in.readInt()).isEqualTo(Hello.MAGIC);
            assertThat(in.readShort()).isEqualTo((short) Hello.VERSION);
            assertThat(in.readShort()).isEqualTo((short) Hello.REFUSED);
            in.readFully(new byte[24]);
            byte[] reason = new byte[in.readUnsignedShort()];
            in.readFully(reason);
            assertThat(new String(reason, UTF_8)).contains("version 1").contains("not 7");
            assertThat(isClosed(socket)).isTrue();
        }
    }

    @Test
    void garbageClosesItsConnectionWithOneLineAndNothingElse() throws Exception {
        PeerTransport two = echoing(TWO);
        PeerTransport one = cluster.start(ONE);
        assertWorks(one, TWO);
        byte[][] garbage = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8), new byte[100_000], {'Q', 'L', 'X'}};

        for (byte[] bytes : garbage) {
            try (Socket socket = connectTo(two)) {
                socket.getOutputStream().write(bytes);
                assertThat(isClosed(socket)).isTrue();
            } catch (SocketException e) {
                assertThat(bytes.length).isGreaterThan(1000); // closed while we were still writing
            }
        }

        Await.until("all told", () -> log.containing("no Quorlite peer").size() >= garbage.length);
        assertThat(log.containing("WARN", "no Quorlite peer")).hasSize(garbage.length);
        assertThat(log.containing("ERROR")).isEmpty();
        assertThat(log.containing("lost its connection")).isEmpty();
        assertWorks(one, TWO);
    }

    @Test
    void garbageAfterAGoodHelloCostsThatConnectionOnly() throws Exception {
        PeerTransport two = echoing(TWO);
        PeerTransport one = cluster.start(ONE);
        assertWorks(one, TWO);
        try (Socket socket = connectTo(two)) {
            hello(socket, Hello.VERSION, TransportCluster.CLUSTER, THREE, TWO);
            assertThat(socket.getInputStream().readNBytes(Hello.BYTES)).hasSize(Hello.BYTES);
            socket.getOutputStream().write(new byte[] {-1, -1, -1, -1, 0, 0});

            assertThat(isClosed(socket)).isTrue();
        }
        assertWorks(one, TWO);
    }

    @Test
    void closesAConnectionThatSaysNothing() throws Exception {
        PeerTransport two = cluster.start(TWO, builder -> builder.handshakeTimeoutMillis(100));
        try (Socket socket = connectTo(two)) {
            assertThat(isClosed(socket)).isTrue();
        }
        assertThat(log.containing("it said no hello")).hasSize(1);
    }

    @Test
    void aProbeThatOnlyConnectsLeavesNoLine() throws Exception {
        PeerTransport two = echoing(TWO);
        connectTo(two).close();

        assertWorks(cluster.start(ONE), TWO);
        assertThat(log.containing("closed a connection")).isEmpty();
    }

    @Test
    void anUnreachableMemberIsReportedOnce() throws Exception {
        PeerTransport two = cluster.start(TWO);
        two.close();
        PeerTransport one = cluster.start(ONE, builder -> builder.reconnectDelayMillis(1, 5));

        one.keepConnected(List.of(TWO));

        Await.until(
                "told",
                () -> !log.containing("cannot connect to m0000000000000022").isEmpty());
        Thread.sleep(200); // some dozens of further attempts
        assertThat(log.containing("cannot connect")).hasSize(1);
    }

    @Test
    void boundsTheBytesThatWaitForAPeerThatDoesNotRead() throws Exception {
        PeerTransport one = cluster.start(ONE, builder -> builder.outboundBytesMax(1 << 20));
        try (ServerSocket lazy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            cluster.book.put(TWO, new PeerAddress("127.0.0.1", lazy.getLocalPort()));
            boolean connectedAtOnce = one.connect(TWO);
            try (Socket accepted = lazy.accept()) {
                hello(accepted, Hello.VERSION, TransportCluster.CLUSTER, TWO, ONE);
                Await.until("connected", () -> one.isConnected(TWO));

                List<CompletableFuture<byte[]>> calls = new ArrayList<>();
                CompletableFuture<byte[]> last = new CompletableFuture<>();
                for (int i = 0; i < 2_000 && !last.isCompletedExceptionally(); i++) {
                    last = one.call(TWO, ECHO, new byte[64 << 10], Duration.ofSeconds(60));
                    calls.add(last);
                }

                assertThat(connectedAtOnce).isFalse();
                assertThat(last).isCompletedExceptionally();
                PeerUnavailableException failure = TransportCluster.failureOf(last);
                assertThat(failure.reason()).isEqualTo(PeerUnavailableException.Reason.OVERLOADED);
                assertThat(failure.kind()).isEqualTo(PeerUnavailableException.Kind.UNSENT);
                assertThat(calls.size()).isGreaterThan(10);
            }
        }
    }

    @Test
    void aPeerThatReadsSlowlyKeepsItsConnection() throws Exception {
        PeerTransport one = cluster.start(ONE, builder -> builder.silenceTimeoutMillis(800));
        try (ServerSocket slow = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            slow.setReceiveBufferSize(64 << 10);
            cluster.book.put(TWO, new PeerAddress("127.0.0.1", slow.getLocalPort()));
            boolean connectedAtOnce = one.connect(TWO);
            try (Socket accepted = slow.accept()) {
                hello(accepted, Hello.VERSION, TransportCluster.CLUSTER, TWO, ONE);
                Await.until("connected", () -> one.isConnected(TWO));
                int frame = 12 << 20;
                one.send(TWO, ECHO, new byte[frame]);

                DataInputStream in = new DataInputStream(accepted.getInputStream());
                in.readFully(new byte[Hello.BYTES]);
                byte[] part = new byte[256 << 10];
                for (int read = 0; read < frame; read += part.length) {
                    in.readFully(part); // all in all more than twice the silence a peer is given
                    Thread.sleep(40);
                }

                assertThat(connectedAtOnce).isFalse();
                assertThat(log.containing("lost its connection")).isEmpty();
            }
        }
    }
}
