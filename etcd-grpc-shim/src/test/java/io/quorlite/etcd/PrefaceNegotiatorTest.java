package io.quorlite.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.quorlite.etcd.proto.health.HealthCheckRequest;
import io.quorlite.etcd.proto.health.HealthCheckResponse.ServingStatus;
import io.quorlite.etcd.proto.health.HealthGrpc;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrefaceNegotiatorTest {
    private Server server;

    @BeforeEach
    void start() throws IOException {
        Probes probes = new Probes(new FakeProbeSource(), "3.6.8", "3.6.0");
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .protocolNegotiator(new PrefaceNegotiator(probes, null))
                .directExecutor()
                .addService(new HealthService())
                .build()
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }

    @Test
    void servesGrpc() throws InterruptedException {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
        try {
            assertThat(HealthGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(10, TimeUnit.SECONDS)
                            .check(HealthCheckRequest.getDefaultInstance())
                            .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void servesHttpOnTheSamePort() throws IOException {
        String answer = exchange("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("text/plain; charset=utf-8");
        assertThat(body(answer)).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
    }

    @Test
    void takesARequestThatComesByteByByte() throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            for (byte b : "PUT /nothing HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)) {
                out.write(b);
                out.flush();
            }
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 404 Not Found\r\n");
            assertThat(body(answer)).isEqualTo("404 page not found\n");
        }
    }

    @Test
    void answersRequestsOfOneConnectionInOrder() throws IOException {
        String first = "GET /livez?verbose HTTP/1.1\r\nHost: x\r\n\r\n";
        String second = "GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

        String answer = exchange(first + second);

        assertThat(answer)
                .containsSubsequence("[+]serializable_read ok\nok\n", "HTTP/1.1 200 OK", "{\"etcdserver\":\"3.6.8\"");
    }

    @Test
    void refusesOtherMethodsAsEtcdDoes() throws IOException {
        String answer = exchange("POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
                .containsIgnoringCase("allow: GET\r\n")
                .containsIgnoringCase("x-content-type-options: nosniff\r\n");
        assertThat(body(answer)).isEqualTo("Method Not Allowed\n");
    }

    @Test
    void closesAConnectionThatSpeaksNeither() throws IOException {
        assertThat(exchange("\u0016\u0003\u0001 not a protocol spoken here\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    private String exchange(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
}
