package io.quorlite.sqlite;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/**
 * The database could not be read or written. The node stops on it: SQLite goes on after a failed sync as if nothing had
 * happened, so nothing is tried again.
 */
public class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StorageException(String message) {
        super(message);
    }

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What {@code cause} means when it came while {@code attempted}: damage that SQLite noticed itself is told apart. */
    static StorageException of(String attempted, SQLException cause) {
        int primary = cause.getErrorCode() & 0xff;
        boolean damaged =
                primary == SQLiteErrorCode.SQLITE_CORRUPT.code || primary == SQLiteErrorCode.SQLITE_NOTADB.code;
        return damaged
                ? new CorruptDatabaseException(attempted + ": the database is damaged", 0, cause)
                : new StorageException(attempted, cause);
    }
}
