package io.quorlite.raft.transport;

import java.io.IOException;

/** A connection that was made but is not to be used: the peer refused us, or is not the member it should be. */
class HandshakeException extends IOException {
    private static final long serialVersionUID = 1;

    HandshakeException(String message) {
        super(message);
    }
}
