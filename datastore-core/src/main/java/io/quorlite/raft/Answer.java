package io.quorlite.raft;

import io.quorlite.raft.transport.PeerUnavailableException;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;

/**
 * What a leader answers another member: one byte of outcome, then the value, or the kind of the failure by name, a line feed
 * and a message. Kinds travel by name so that a member of another version can tell those it does not know.
 */
final class Answer {
    enum Outcome {
        DONE,
        REFUSED,
        UNKNOWN
    }

    private final Outcome outcome;
    private final byte[] value;

    private Answer(Outcome outcome, byte[] value) {
        this.outcome = outcome;
        this.value = value;
    }

    static byte[] done(byte[] value) {
        return encode(Outcome.DONE, value);
    }

    static byte[] done(long value) {
        return done(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    static byte[] failed(Outcome outcome, ReplicationException reason) {
        String text = reason.kind().name() + "\n" + reason.getMessage();
        return encode(outcome, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The reason of a failed future, as a refusal of the leader. */
    static byte[] failed(Throwable error) {
        return failed(Outcome.REFUSED, reason(error));
    }

    static Answer decode(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] < 0 || bytes[0] >= Outcome.values().length) {
            return new Answer(
                    Outcome.UNKNOWN, "TIMEOUT\nan answer that makes no sense".getBytes(StandardCharsets.UTF_8));
        }
        byte[] value = new byte[bytes.length - 1];
        System.arraycopy(bytes, 1, value, 0, value.length);
        return new Answer(Outcome.values()[bytes[0]], value);
    }

    Outcome outcome() {
        return outcome;
    }

    byte[] value() {
        return value;
    }

    long longValue() {
        return ByteBuffer.wrap(value).getLong();
    }

    ReplicationException reason() {
        String text = new String(value, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        String name = end < 0 ? text : text.substring(0, end);
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(name)) {
                return new ReplicationException(kind, text.substring(end + 1));
            }
        }
        return new ReplicationException(Kind.LEADER_CHANGED, text);
    }

    /** Any failure as one of the port's. */
    static ReplicationException reason(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof ReplicationException known) {
            return known;
        }
        if (cause instanceof PeerUnavailableException lost) {
            return new ReplicationException(kind(lost), String.valueOf(lost.getMessage()));
        }
        return new ReplicationException(Kind.STOPPED, String.valueOf(cause));
    }

    private static Kind kind(PeerUnavailableException lost) {
        return switch (lost.reason()) {
            case NOT_CONNECTED, UNHANDLED -> Kind.NO_LEADER;
            case OVERLOADED -> Kind.OVERLOADED;
            case TOO_LARGE -> Kind.TOO_LARGE;
            case TIMEOUT -> Kind.TIMEOUT;
            case CONNECTION_LOST, FAILED -> Kind.LEADER_CHANGED;
        };
    }

    private static byte[] encode(Outcome outcome, byte[] value) {
        byte[] bytes = new byte[1 + value.length];
        bytes[0] = (byte) outcome.ordinal();
        System.arraycopy(value, 0, bytes, 1, value.length);
        return bytes;
    }
}
