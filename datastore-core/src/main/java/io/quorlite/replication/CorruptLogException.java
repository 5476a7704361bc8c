package io.quorlite.replication;

import java.io.IOException;

/**
 * The log or the vote file is damaged in a way that a crash does not explain. The member must not vote or acknowledge with
 * it; it is rebuilt from its peers.
 */
public final class CorruptLogException extends IOException {
    private static final long serialVersionUID = 1;

    public CorruptLogException(String message) {
        super(message);
    }
}
