package io.quorlite.agent.join;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.LongSerializationPolicy;
import io.quorlite.agent.join.Endpoints.Connected;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.token.JoinToken;
import io.quorlite.replication.PeerAddress;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The newcomer's side: finds a member, makes sure that it is one, and only then shows the secret. An answer that was lost, or a cluster without
 * a leader at the moment, is asked again with the same key, which is the same newcomer's to the cluster, until the time is up. Blocks.
 */
public final class JoinExchange {
    private static final long AGAIN_AFTER_MILLIS = 500;
    private static final int HEAD_BYTES_MAX = 16 << 10;
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final Gson GSON = new GsonBuilder()
            .disableHtmlEscaping()
            .setLongSerializationPolicy(LongSerializationPolicy.STRING)
            .create();

    private final JoinToken token;
    private final InstantSource clock;
    private final Consumer<PeerAddress> reached;

    /** @param reached told of the member that proved to be the cluster's, before anything is sent */
    public JoinExchange(JoinToken token, InstantSource clock, Consumer<PeerAddress> reached) {
        this.token = token;
        this.clock = clock;
        this.reached = reached;
    }

    /** An error as every member writes it. */
    private record ErrorBody(
            @Nullable String code,
            int exitCode,
            @Nullable String message,
            @Nullable String hint) {}

    /** What is asked for, as it will be with the time at which it is sent. */
    @FunctionalInterface
    public interface Requests {
        JoinRequest at(long clockMillis);
    }

    /**
     * Asks until there is an answer.
     *
     * @throws Refusal the cluster's, or why there is none; {@link ExitCode#TIMEOUT} where it may have let this node in
     */
    public JoinGrant ask(Requests requests, Duration timeout) {
        requireNotExpired();
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        Refusal unknown = null;
        while (true) {
            Refusal refusal;
            try {
                return askOnce(requests, Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
            } catch (Refusal e) {
                refusal = e;
            }
            unknown = refusal.exitCode() == ExitCode.TIMEOUT ? refusal : unknown;
            // Whoever may have been let in by a member that is gone now is not told just that nobody is there.
            boolean again = refusal.exitCode() == ExitCode.TIMEOUT
                    || refusal.exitCode() == ExitCode.NO_LEADER
                    || (refusal.exitCode() == ExitCode.UNREACHABLE && unknown != null);
            if (!again) {
                throw refusal;
            }
            if (System.nanoTime() - deadlineNanos > -TimeUnit.MILLISECONDS.toNanos(AGAIN_AFTER_MILLIS)) {
                throw unknown != null ? unknown : refusal;
            }
            pause();
        }
    }

    /** Said here already, as the cluster would: a token that says when it ends need not be shown any more. */
    private void requireNotExpired() {
        Instant now = clock.instant();
        // With some leeway: it is the cluster's clock that counts.
        if (token.expires().getEpochSecond() != 0 && now.isAfter(token.expires().plusSeconds(60))) {
            throw new Refusal(
                    ExitCode.TOKEN,
                    "TOKEN_EXPIRED",
                    "Token " + token.id() + " expired " + Spans.text(Duration.between(token.expires(), now))
                            + " ago. Create a new one on a member: node-agent add-node",
                    "");
        }
    }

    private JoinGrant askOnce(Requests requests, Duration timeout) {
        try (Connected connected = new Endpoints(token.endpoints(), token.pins(), clock).connect(timeout)) {
            reached.accept(connected.endpoint());
            JoinRequest request = requests.at(clock.millis());
            write(connected, GSON.toJson(request));
            return read(connected.socket().getInputStream());
        } catch (SocketTimeoutException e) {
            throw unknown("no answer in time");
        } catch (IOException e) {
            throw unknown(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }

    private static Refusal unknown(String reason) {
        return new Refusal(
                ExitCode.TIMEOUT,
                "OUTCOME_UNKNOWN",
                "The connection was lost before the cluster's answer came (" + reason
                        + "); it may have let this node in.",
                "Give the same command again: the token is this node's for 10 minutes.");
    }

    private static void write(Connected connected, String body) throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST " + JoinRequest.PATH + " HTTP/1.1\r\nHost: " + connected.endpoint()
                + "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " + content.length
                + "\r\n\r\n";
        connected.socket().getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        connected.socket().getOutputStream().write(content);
        connected.socket().getOutputStream().flush();
    }

    private static JoinGrant read(InputStream in) throws IOException {
        String[] head = head(in).split("\r\n", -1);
        String[] first = head[0].split(" ", 3);
        if (first.length < 2 || !first[0].startsWith("HTTP/1.") || !first[1].matches("\\d{3}")) {
            throw new IOException("the answer is not HTTP");
        }
        int length = -1;
        for (String line : head) {
            if (line.toLowerCase(Locale.ROOT).matches("content-length:\\s*\\d{1,9}")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        if (length < 0 || length > BODY_BYTES_MAX) {
            throw new IOException("the answer has no length that fits");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the answer broke off");
        }
        return grant(first[1].equals("200"), new String(body, StandardCharsets.UTF_8));
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
            int read = in.read();
            if (read < 0) {
                throw new EOFException("the connection was closed");
            }
            head.append((char) read);
            if (head.length() > HEAD_BYTES_MAX) {
                throw new IOException("the answer's head is too long");
            }
        }
        return head.toString();
    }

    private static JoinGrant grant(boolean good, String body) throws IOException {
        if (good) {
            return parsed(body, JoinGrant.class);
        }
        ErrorBody error = parsed(body, ErrorBody.class);
        String message = error.message();
        if (message == null) {
            throw new IOException("the answer says nothing");
        }
        throw new Refusal(
                ExitCode.of(error.exitCode()),
                Objects.requireNonNullElse(error.code(), ""),
                message,
                Objects.requireNonNullElse(error.hint(), ""));
    }

    private static <T> T parsed(String body, Class<T> type) throws IOException {
        try {
            return Objects.requireNonNull(GSON.fromJson(body, type));
        } catch (RuntimeException e) { // also of a record that misses a part
            throw new IOException("the answer is not what a member says", e);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(AGAIN_AFTER_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(ExitCode.INTERRUPTED, "interrupted while joining");
        }
    }
}
