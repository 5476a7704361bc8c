package io.quorlite.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Reads and writes the {@link Meta} row. Stateless. */
final class MetaTable {
    private static final String COLUMNS = "cluster_id, applied_index, applied_term, state_hash, revision,"
            + " compact_revision, swept_revision, records, record_sum, checksum";

    private MetaTable() {}

    /** @throws CorruptDatabaseException if the row is missing or fails its checksum */
    static Meta read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + COLUMNS + " FROM meta WHERE id = 1")) {
            if (!row.next()) {
                throw new CorruptDatabaseException("the meta row is missing", 0);
            }
            Meta meta = new Meta(
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getLong(7),
                    row.getLong(8),
                    row.getLong(9));
            if (row.getLong(10) != checksum(new Checksum(), meta)) {
                throw new CorruptDatabaseException("the meta row fails its checksum", 0);
            }
            return meta;
        }
    }

    static PreparedStatement prepareWrite(Connection connection) throws SQLException {
        return connection.prepareStatement(
                "INSERT OR REPLACE INTO meta (id, " + COLUMNS + ") VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    }

    static void write(PreparedStatement statement, Checksum checksum, Meta meta) throws SQLException {
        statement.setLong(1, meta.clusterId());
        statement.setLong(2, meta.appliedIndex());
        statement.setLong(3, meta.appliedTerm());
        statement.setLong(4, meta.stateHash());
        statement.setLong(5, meta.revision());
        statement.setLong(6, meta.compactRevision());
        statement.setLong(7, meta.sweptRevision());
        statement.setLong(8, meta.records());
        statement.setLong(9, meta.recordSum());
        statement.setLong(10, checksum(checksum, meta));
        statement.executeUpdate();
    }

    private static long checksum(Checksum checksum, Meta meta) {
        return checksum.ofNumbers(
                meta.clusterId(),
                meta.appliedIndex(),
                meta.appliedTerm(),
                meta.stateHash(),
                meta.revision(),
                meta.compactRevision(),
                meta.sweptRevision(),
                meta.records(),
                meta.recordSum());
    }
}
