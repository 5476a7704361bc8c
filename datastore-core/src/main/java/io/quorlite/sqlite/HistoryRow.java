package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The history row under a cursor: everything but the value is read and verified, the value only when asked for. Valid until
 * the cursor moves on.
 */
final class HistoryRow {
    /** The columns that {@link #of} reads, in its order; the value comes last. */
    static final String COLUMNS = "revision, key, create_revision, version, lease, checksum, value";

    private static final int VALUE = 7;

    private final long packed;
    private final KeyValue head;
    private final long checksum;
    private final ResultSet cursor;
    private final Checksum verifier;

    private HistoryRow(long packed, KeyValue head, long checksum, ResultSet cursor, Checksum verifier) {
        this.packed = packed;
        this.head = head;
        this.checksum = checksum;
        this.cursor = cursor;
        this.verifier = verifier;
    }

    static HistoryRow of(ResultSet cursor, Checksum verifier) throws SQLException {
        long packed = cursor.getLong(1);
        KeyValue head = new KeyValue(
                bytes(cursor, 2),
                Bytes.EMPTY,
                cursor.getLong(3),
                Revision.mainOf(packed),
                cursor.getLong(4),
                cursor.getLong(5));
        long checksum = cursor.getLong(6);
        if (!verifier.headMatches(checksum, packed, head)) {
            throw failed(packed);
        }
        return new HistoryRow(packed, head, checksum, cursor, verifier);
    }

    long packed() {
        return packed;
    }

    /** The version without its value. */
    KeyValue head() {
        return head;
    }

    long checksum() {
        return checksum;
    }

    /** The whole version, its value verified. */
    KeyValue withValue() {
        try {
            return verified(head, bytes(cursor, VALUE), checksum, packed, verifier);
        } catch (SQLException e) {
            throw StorageException.of("reading a value of the history", e);
        }
    }

    static KeyValue verified(KeyValue head, Bytes value, long checksum, long packed, Checksum verifier) {
        if (!verifier.valueMatches(checksum, value)) {
            throw failed(packed);
        }
        return new KeyValue(head.key(), value, head.createRevision(), head.modRevision(), head.version(), head.lease());
    }

    @SuppressWarnings("NullAway") // the driver answers null where a damaged record holds a NULL; the checksum tells
    static Bytes bytes(ResultSet cursor, int column) throws SQLException {
        byte[] array = cursor.getBytes(column);
        return array == null ? Bytes.EMPTY : Bytes.wrap(array);
    }

    static CorruptDatabaseException failed(long packed) {
        return new CorruptDatabaseException(
                "history row " + Revision.mainOf(packed) + "." + Revision.subOf(packed) + " fails its checksum",
                Revision.mainOf(packed));
    }

    static CorruptDatabaseException missing(long packed) {
        return new CorruptDatabaseException(
                "history row " + Revision.mainOf(packed) + "." + Revision.subOf(packed) + " is missing",
                Revision.mainOf(packed));
    }
}
