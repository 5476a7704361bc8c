package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows of the history on one connection and verifies each. Not thread-safe; its statements close with the connection. */
final class RowReader {
    /** How many rows one query fetches by their revisions. A query costs as much as some rows; values may be large. */
    static final int FETCH_MAX = 32;

    private static final String BY_REVISION =
            "SELECT create_revision, version, lease, checksum, value, revision FROM history WHERE revision ";

    private final Runnable beforeQuery;
    private final PreparedStatement byRevision;
    private final PreparedStatement byRevisions;
    private final PreparedStatement between;
    private final Checksum checksum = new Checksum();

    RowReader(Connection connection) throws SQLException {
        this(connection, () -> {});
    }

    RowReader(Connection connection, Runnable beforeQuery) throws SQLException {
        this.beforeQuery = beforeQuery;
        byRevision = connection.prepareStatement(BY_REVISION + "= ?");
        byRevisions = connection.prepareStatement(BY_REVISION + "IN (?" + ", ?".repeat(FETCH_MAX - 1) + ")");
        between = connection.prepareStatement(
                "SELECT " + HistoryRow.COLUMNS + " FROM history WHERE revision BETWEEN ? AND ? ORDER BY revision");
    }

    /**
     * The version of {@code key} at {@code packed}, or null where there is no such row. That the row is this key's is part of
     * what its checksum proves.
     */
    @Nullable KeyValue row(Bytes key, long packed, boolean withValue) {
        beforeQuery.run();
        try {
            byRevision.setLong(1, packed);
            try (ResultSet row = byRevision.executeQuery()) {
                return row.next() ? row(row, key, packed, withValue) : null;
            }
        } catch (SQLException e) {
            throw StorageException.of("reading a row of the history", e);
        }
    }

    /**
     * Fetches {@code wanted} into {@code found}, in the same order; a row that does not exist is left null there. {@code found} has
     * room for {@link #FETCH_MAX}.
     */
    void rows(List<Location> wanted, boolean withValues, @Nullable KeyValue[] found) {
        Arrays.fill(found, null);
        beforeQuery.run();
        try {
            for (int i = 0; i < FETCH_MAX; i++) {
                // What is asked for twice comes once.
                byRevisions.setLong(
                        i + 1, wanted.get(Math.min(i, wanted.size() - 1)).packed());
            }
            try (ResultSet row = byRevisions.executeQuery()) {
                while (row.next()) {
                    int at = indexOf(row.getLong(6), wanted);
                    Location location = wanted.get(at);
                    found[at] = row(row, location.key(), location.packed(), withValues);
                }
            }
        } catch (SQLException e) {
            throw StorageException.of("reading rows of the history", e);
        }
    }

    private static int indexOf(long packed, List<Location> wanted) {
        for (int i = 0; i < wanted.size(); i++) {
            if (wanted.get(i).packed() == packed) {
                return i;
            }
        }
        throw HistoryRow.failed(packed); // the tree gave a row that has another number than the one looked up
    }

    private KeyValue row(ResultSet row, Bytes key, long packed, boolean withValue) throws SQLException {
        KeyValue head =
                new KeyValue(key, Bytes.EMPTY, row.getLong(1), Revision.mainOf(packed), row.getLong(2), row.getLong(3));
        long stored = row.getLong(4);
        if (!checksum.headMatches(stored, packed, head)) {
            throw HistoryRow.failed(packed);
        }
        return withValue ? HistoryRow.verified(head, HistoryRow.bytes(row, 5), stored, packed, checksum) : head;
    }

    /** Visits the rows from packed revision {@code from} to {@code to}, both included, until the visitor returns false. */
    void history(long from, long to, HistoryVisitor visitor) {
        beforeQuery.run();
        try {
            between.setLong(1, from);
            between.setLong(2, to);
            try (ResultSet cursor = between.executeQuery()) {
                while (cursor.next()) {
                    if (!visitor.row(HistoryRow.of(cursor, checksum))) {
                        return;
                    }
                }
            }
        } catch (SQLException e) {
            throw StorageException.of("scanning the history", e);
        }
    }

    /** Where a version is, as the index knows it. */
    record Location(Bytes key, long packed) {}

    /** Receives rows in order of their revisions. */
    @FunctionalInterface
    interface HistoryVisitor {
        /** Takes a row; returns whether to go on. */
        boolean row(HistoryRow row);
    }
}
