package io.quorlite.sqlite;

import org.jspecify.annotations.Nullable;

/**
 * Stored data failed its checksum or contradicts itself. Nothing of it may be served: the node stops and is rebuilt from its
 * peers.
 */
public final class CorruptDatabaseException extends StorageException {
    private static final long serialVersionUID = 1;

    private final long revision;

    CorruptDatabaseException(String message, long revision) {
        super(message);
        this.revision = revision;
    }

    @SuppressWarnings("NullAway") // Throwable takes a null cause
    CorruptDatabaseException(String message, long revision, @Nullable Throwable cause) {
        super(message, cause);
        this.revision = revision;
    }

    /** The main revision of the damaged row, 0 where it is not known or is not about a row of the history. */
    public long revision() {
        return revision;
    }
}
