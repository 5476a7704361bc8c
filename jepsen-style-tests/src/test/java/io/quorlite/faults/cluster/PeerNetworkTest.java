package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two members, 100 and 101, each a socket that this test holds. */
class PeerNetworkTest {
    private static final int SHORT_MILLIS = 100;
    private static final int LONG_MILLIS = 10_000;

    private ServerSocket first;
    private ServerSocket second;
    private PeerNetwork network;

    @BeforeEach
    void open() throws IOException {
        first = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        second = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        network = new PeerNetwork(List.of(first.getLocalPort(), second.getLocalPort()));
    }

    @AfterEach
    void close() throws IOException {
        network.close();
        first.close();
        second.close();
    }

    @Test
    void holdsOneDirectionAndDeliversWhatItHeldWhenHealed() throws IOException {
        try (Socket unused = dial(1, 0);
                Socket dialer = dial(0, 1);
                Socket accepted = second.accept()) {
            assertThat(accepted.getInputStream().readNBytes(32)).hasSize(32);
            network.rules().hold(0, 1);

            dialer.getOutputStream().write('x');
            accepted.getOutputStream().write('y');

            dialer.setSoTimeout(LONG_MILLIS);
            assertThat(dialer.getInputStream().read()).as("the other direction").isEqualTo('y');
            accepted.setSoTimeout(SHORT_MILLIS);
            assertThatThrownBy(() -> accepted.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            network.rules().heal();
            accepted.setSoTimeout(LONG_MILLIS);
            assertThat(accepted.getInputStream().read()).isEqualTo('x');
        }
    }

    @Test
    void breaksConnectionsOnBothSides() throws IOException {
        try (Socket unused = dial(1, 0);
                Socket dialer = dial(0, 1);
                Socket accepted = second.accept()) {
            assertThat(accepted.getInputStream().readNBytes(32)).hasSize(32);

            network.resetAll();

            dialer.setSoTimeout(LONG_MILLIS);
            accepted.setSoTimeout(LONG_MILLIS);
            assertThatThrownBy(() -> dialer.getInputStream().read()).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> accepted.getInputStream().read()).isInstanceOf(IOException.class);
        }
    }

    /** A connection that begins as a member's does: with a hello that names both. */
    private Socket dial(int from, int to) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), network.port(to));
        ByteBuffer hello = ByteBuffer.allocate(32);
        hello.putLong(16, 100 + from).putLong(24, 100 + to);
        socket.getOutputStream().write(hello.array());
        return socket;
    }
}
