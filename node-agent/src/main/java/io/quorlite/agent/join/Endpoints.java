package io.quorlite.agent.join;

import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.replication.PeerAddress;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the first of some endpoints that answers and proves to be the cluster's: they are tried side by side, each a little after the one
 * before it, so that one that swallows packets costs little (after RFC 8305). Not thread-safe.
 */
final class Endpoints {
    private static final long NEXT_AFTER_MILLIS = 250;
    private static final int CONNECT_MILLIS_MAX = 5_000;
    private static final int ANSWER_MILLIS_MAX = 60_000;

    private final List<PeerAddress> endpoints;
    private final List<SpkiPin> pins;
    private final InstantSource clock;

    Endpoints(List<PeerAddress> endpoints, List<SpkiPin> pins, InstantSource clock) {
        this.endpoints = List.copyOf(endpoints);
        this.pins = List.copyOf(pins);
        this.clock = clock;
    }

    /** A verified connection. */
    record Connected(PeerAddress endpoint, SSLSocket socket) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** What came of one endpoint: a connection, or why there is none. */
    private record Attempt(
            @Nullable Connected connected, @Nullable Refusal refusal) {}

    /**
     * @throws Refusal if none answered, or none proved to be the cluster's, which weighs more; nothing was sent then
     */
    Connected connect(Duration timeout) {
        BlockingQueue<Attempt> attempts = new LinkedBlockingQueue<>();
        Connecting connecting = new Connecting(attempts);
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        List<Refusal> refusals = new ArrayList<>();
        int started = 0;
        try {
            while (refusals.size() < endpoints.size() && System.nanoTime() < deadlineNanos) {
                if (started < endpoints.size()) {
                    connecting.start(endpoints.get(started++));
                }
                long wait = started < endpoints.size() ? NEXT_AFTER_MILLIS : CONNECT_MILLIS_MAX * 4L;
                long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
                Attempt attempt = attempts.poll(Math.max(1, Math.min(wait, left)), TimeUnit.MILLISECONDS);
                if (attempt == null) {
                    continue;
                }
                if (attempt.connected() != null) {
                    return attempt.connected();
                }
                if (attempt.refusal() != null) {
                    refusals.add(attempt.refusal());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(ExitCode.INTERRUPTED, "interrupted while connecting");
        } finally {
            connecting.closeLosers();
        }
        throw judged(refusals);
    }

    /** Connects on threads of its own and closes what comes after the first. */
    private final class Connecting {
        private final BlockingQueue<Attempt> attempts;
        private boolean over;

        Connecting(BlockingQueue<Attempt> attempts) {
            this.attempts = attempts;
        }

        void start(PeerAddress endpoint) {
            Thread thread = new Thread(() -> done(attempt(endpoint)), "join-connect-" + endpoint);
            thread.setDaemon(true);
            thread.start();
        }

        private synchronized void done(Attempt attempt) {
            if (over) {
                closeQuietly(attempt);
            } else {
                attempts.add(attempt);
            }
        }

        /** Those that are still in the queue, and those that are still under way. */
        synchronized void closeLosers() {
            over = true;
            attempts.forEach(Endpoints::closeQuietly);
        }
    }

    private static void closeQuietly(Attempt attempt) {
        if (attempt.connected() != null) {
            try {
                attempt.connected().close();
            } catch (IOException e) {
                // it was of no use anyway
            }
        }
    }

    private Attempt attempt(PeerAddress endpoint) {
        PinnedTrust trust = new PinnedTrust(pins, clock);
        Socket plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), CONNECT_MILLIS_MAX);
            plain.setSoTimeout(CONNECT_MILLIS_MAX);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust}, null);
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, endpoint.host(), endpoint.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            socket.startHandshake();
            socket.setSoTimeout(ANSWER_MILLIS_MAX);
            return new Attempt(new Connected(endpoint, socket), null);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            try {
                plain.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            return new Attempt(null, refusal(endpoint, trust, e));
        }
    }

    private Refusal refusal(PeerAddress endpoint, PinnedTrust trust, Exception failure) {
        if (trust.presented().isPresent() && !trust.sawPin()) {
            return new Refusal(
                    ExitCode.IDENTITY,
                    "WRONG_CA",
                    endpoint + " presented CA " + trust.presented().get().brief() + ", the token expects "
                            + pins.stream().map(SpkiPin::brief).collect(Collectors.joining(" or "))
                            + ". Someone may be intercepting, or the cluster CA was replaced. Nothing was sent.",
                    "If the CA was replaced, create a new token on a member: node-agent add-node");
        }
        if (trust.presented().isPresent() && !isBroken(failure)) {
            return new Refusal(
                    ExitCode.IDENTITY,
                    "TLS",
                    endpoint + " presented a certificate that is not valid: " + certificateProblem(failure)
                            + ". Nothing was sent.",
                    "");
        }
        return new Refusal(ExitCode.UNREACHABLE, "UNREACHABLE", endpoint + " (" + reason(failure) + ")", "");
    }

    /** Whether the connection ended in the handshake, which says nothing of the certificate that was on its way. */
    private static boolean isBroken(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return false;
            }
            if (cause instanceof EOFException || cause instanceof SocketException) {
                return true;
            }
        }
        return !(failure instanceof SSLException);
    }

    private static String certificateProblem(Throwable failure) {
        String problem = String.valueOf(failure.getMessage());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return "it has expired, or this host's clock is wrong";
            }
            if (cause instanceof CertificateNotYetValidException) {
                return "it is not valid yet, or this host's clock is wrong";
            }
            if (cause instanceof CertificateException) {
                problem = String.valueOf(cause.getMessage());
            }
        }
        return problem;
    }

    private static String reason(Exception failure) {
        if (failure instanceof SocketTimeoutException) {
            return "timeout";
        } else if (failure instanceof ConnectException) {
            return "connection refused";
        } else if (failure instanceof UnknownHostException) {
            return "unknown host";
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    private Refusal judged(List<Refusal> refusals) {
        for (Refusal refusal : refusals) {
            if (refusal.exitCode() == ExitCode.IDENTITY) {
                return refusal;
            }
        }
        String each = refusals.isEmpty()
                ? endpoints.stream().map(PeerAddress::toString).collect(Collectors.joining(", ")) + " (timeout)"
                : refusals.stream()
                        .map(refusal -> String.valueOf(refusal.getMessage()))
                        .collect(Collectors.joining(", "));
        return new Refusal(
                ExitCode.UNREACHABLE,
                "UNREACHABLE",
                "No member is reachable at the addresses in the token: " + each + ".",
                "Check the network and that a member runs: node-agent status");
    }
}
