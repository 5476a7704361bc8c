package io.quorlite.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said where no answer comes: whether something may have happened. */
final class AdminClientTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path directory = Path.of("");

    @Test
    void changeWithoutAnAnswerMayHaveHappened() throws Exception {
        Refusal refusal = refusalOf("DELETE");

        assertThat(refusal.exitCode()).isEqualTo(ExitCode.TIMEOUT);
        assertThat(refusal.code()).isEqualTo(AdminClient.NO_ANSWER);
        assertThat(refusal.text()).contains("may have happened");
    }

    @Test
    void questionWithoutAnAnswerHasNone() throws Exception {
        assertThat(refusalOf("GET").exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    }

    @Test
    void whereNobodyListensNothingHappened() {
        Refusal refusal = refusalFrom(directory.resolve("none"), "DELETE");

        assertThat(refusal.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    }

    /** With TLS 1.3 that comes when the answer is read, and nothing was carried out. */
    @ParameterizedTest
    @ValueSource(strings = {"GET", "DELETE"})
    void refusedCertificateIsNoLostAnswer(String method) {
        AdminClient client = new AdminClient(Endpoint.parse("https://127.0.0.1:2382"), null);
        IOException alert = new SSLHandshakeException("Received fatal alert: bad_certificate");

        Refusal refusal = client.failed(method, new HttpReply.LostException(alert), LONG);

        assertThat(refusal.exitCode()).isEqualTo(ExitCode.IDENTITY);
    }

    /** From a node that reads the request and is gone before it answers. */
    private Refusal refusalOf(String method) throws Exception {
        Path socket = directory.resolve("admin.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            CompletableFuture<Void> gone = CompletableFuture.runAsync(() -> readAndGo(server));
            Refusal refusal = refusalFrom(socket, method);
            gone.join();
            return refusal;
        }
    }

    private static Refusal refusalFrom(Path socket, String method) {
        AdminClient client = new AdminClient(new Endpoint.Local(socket), null);
        return catchThrowableOfType(Refusal.class, () -> client.call(method, "/v1/members/n2", null, LONG));
    }

    private static void readAndGo(ServerSocketChannel server) {
        try (SocketChannel caller = server.accept()) {
            caller.read(ByteBuffer.allocate(4096));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
