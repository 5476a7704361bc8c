package io.quorlite.agent.admin;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Calls a node's admin API, one connection for each call. Written on sockets, as the JDK's client knows no Unix sockets and takes long
 * to load. Thread-safe.
 */
public final class AdminClient {
    /** The code of a refusal: the request was sent, and the connection ended before an answer. */
    static final String NO_ANSWER = "NO_ANSWER";

    private static final int CONNECT_MILLIS = 3_000;

    /** Cuts calls off that take too long: a Unix socket's channel has no timeout of its own. */
    private static final ScheduledExecutorService CUTTER = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "admin-call-timeout");
        thread.setDaemon(true);
        return thread;
    });

    private final Endpoint endpoint;
    private final @Nullable SSLContext tls;

    /** @param tls for a remote endpoint: who this side is and whom it believes */
    public AdminClient(Endpoint endpoint, @Nullable SSLContext tls) {
        this.endpoint = endpoint;
        this.tls = tls;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** @throws Refusal what the node answered, or why there is no answer */
    public <T> T get(String path, Class<T> type, Duration timeout) {
        return Json.read(call("GET", path, null, timeout), type);
    }

    /** @throws Refusal what the node answered, or why there is no answer */
    public String call(String method, String path, @Nullable Object body, Duration timeout) {
        HttpReply reply = exchange(method, path, body == null ? "" : Json.write(body), "", timeout);
        if (reply.status() / 100 == 2) {
            return reply.body();
        }
        throw Json.read(reply.body(), ErrorReply.class).refusal();
    }

    /** @param forwardedFor see {@link AdminRequest}; empty for a client's own request */
    HttpReply exchange(String method, String path, String body, String forwardedFor, Duration timeout) {
        AtomicBoolean cut = new AtomicBoolean();
        try {
            return endpoint instanceof Endpoint.Local local
                    ? local(local, method, path, body, timeout, cut)
                    : remote((Endpoint.Remote) endpoint, method, path, body, forwardedFor, timeout);
        } catch (IOException e) {
            throw cut.get() ? late(timeout) : failed(method, e, timeout);
        }
    }

    private HttpReply local(
            Endpoint.Local local, String method, String path, String body, Duration timeout, AtomicBoolean cut)
            throws IOException {
        if (!Files.exists(local.socket())) {
            throw notRunning("there is no socket " + local.socket());
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(local.socket()))) {
            Future<?> deadline = CUTTER.schedule(
                    () -> {
                        cut.set(true);
                        channel.close();
                        return channel;
                    },
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
            try {
                return HttpReply.exchange(
                        Channels.newInputStream(channel),
                        Channels.newOutputStream(channel),
                        "localhost",
                        method,
                        path,
                        body,
                        "");
            } finally {
                deadline.cancel(false);
            }
        }
    }

    private HttpReply remote(
            Endpoint.Remote remote, String method, String path, String body, String forwardedFor, Duration timeout)
            throws IOException {
        if (tls == null) {
            throw new Refusal(ExitCode.IDENTITY, remote + " needs a certificate: give --cacert, --cert and --key");
        }
        String host = remote.address().host();
        try (java.net.Socket plain = new java.net.Socket()) {
            int millis = Math.toIntExact(Math.min(timeout.toMillis(), Integer.MAX_VALUE));
            plain.connect(new InetSocketAddress(host, remote.address().port()), Math.min(CONNECT_MILLIS, millis));
            plain.setSoTimeout(millis);
            plain.setTcpNoDelay(true);
            try (SSLSocket socket = (SSLSocket) tls.getSocketFactory()
                    .createSocket(plain, host, remote.address().port(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                return HttpReply.exchange(
                        socket.getInputStream(),
                        socket.getOutputStream(),
                        remote.address().toString(),
                        method,
                        path,
                        body,
                        forwardedFor);
            }
        }
    }

    private Refusal late(Duration timeout) {
        return new Refusal(
                ExitCode.TIMEOUT,
                "TIMEOUT",
                "No answer from " + endpoint + " within " + timeout.toMillis() / 1000.0
                        + " s. What was asked for may have happened, or may yet.",
                "See what is so: node-agent status");
    }

    /** What a failed exchange means. Whoever asked for a change must learn where it may have happened. */
    Refusal failed(String method, IOException e, Duration timeout) {
        if (!(e instanceof HttpReply.LostException lost)) {
            return unreachable(e, timeout);
        }
        IOException cause = lost.reason();
        if (method.equals("GET") || isReadTimeout(cause) || isAlert(cause)) {
            return unreachable(cause, timeout);
        }
        return new Refusal(
                ExitCode.TIMEOUT,
                NO_ANSWER,
                "The connection to " + endpoint + " ended before it answered: " + reason(cause)
                        + ". What was asked for may have happened, or may yet.",
                "See what is so: node-agent status");
    }

    private static boolean isReadTimeout(IOException e) {
        return e instanceof SocketTimeoutException && "Read timed out".equals(e.getMessage());
    }

    /** The other side refuses the connection itself. With TLS 1.3 a client learns that its certificate is refused when it first reads. */
    private static boolean isAlert(IOException e) {
        String message = e.getMessage();
        return e instanceof SSLException && message != null && message.contains("fatal alert");
    }

    private Refusal unreachable(IOException e, Duration timeout) {
        if (endpoint instanceof Endpoint.Local) {
            return notRunning(reason(e));
        }
        if (isReadTimeout(e)) {
            return late(timeout);
        }
        boolean identity = e instanceof SSLException;
        return new Refusal(
                identity ? ExitCode.IDENTITY : ExitCode.UNREACHABLE,
                identity ? "TLS" : "UNREACHABLE",
                endpoint + " is not reachable: " + reason(e),
                "");
    }

    private Refusal notRunning(String why) {
        return new Refusal(
                ExitCode.UNREACHABLE,
                "NOT_RUNNING",
                "The node agent does not run here: " + why + ".",
                "Start it with: node-agent start; or name another: --data-dir, --endpoint");
    }

    /** The reason in a few words, as status shows it. */
    static String reason(Throwable e) {
        if (e instanceof SocketTimeoutException) {
            return "timeout";
        }
        if (e instanceof ConnectException) {
            return "connection refused";
        }
        if (e instanceof NoRouteToHostException) {
            return "no route to host";
        }
        if (e instanceof UnknownHostException) {
            return "unknown host " + e.getMessage();
        }
        if (e instanceof SSLException) {
            return "TLS: " + e.getMessage();
        }
        if (e instanceof ClosedChannelException) {
            return "connection closed";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
