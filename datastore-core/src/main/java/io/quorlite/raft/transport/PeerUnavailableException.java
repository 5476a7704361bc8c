package io.quorlite.raft.transport;

import java.io.IOException;

/** A request that got no answer from its peer. Carries no stack trace. */
public final class PeerUnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    /** What is known of the request's fate. */
    public enum Kind {
        /** The peer has not handled it and never will: it may be sent again. */
        UNSENT,
        /** It may have left, so the peer may have handled it or may still do so. */
        UNKNOWN
    }

    /** What went wrong. */
    public enum Reason {
        /** There is no connection to the peer at the moment. */
        NOT_CONNECTED(Kind.UNSENT),
        /** A bounded queue is full, here or there. */
        OVERLOADED(Kind.UNSENT),
        /** The request is larger than a frame may be. */
        TOO_LARGE(Kind.UNSENT),
        /** The peer does not know this kind of request. */
        UNHANDLED(Kind.UNSENT),
        /** No answer in time. */
        TIMEOUT(Kind.UNKNOWN),
        /** The connection was lost before the answer came. */
        CONNECTION_LOST(Kind.UNKNOWN),
        /** The peer's handler failed. */
        FAILED(Kind.UNKNOWN);

        private final Kind kind;

        Reason(Kind kind) {
            this.kind = kind;
        }
    }

    private final Reason reason;

    PeerUnavailableException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Kind kind() {
        return reason.kind;
    }

    public Reason reason() {
        return reason;
    }

    /** Thousands of these may be made when a connection breaks, and where they were made says nothing. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
