package io.quorlite.sqlite;

import io.quorlite.system.SystemRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The stored system records. Belongs to the apply thread; changes go into the open transaction. */
final class SqliteRecords {
    private final Writer writer;
    private final PreparedStatement insert;
    private final PreparedStatement delete;

    SqliteRecords(Writer writer) throws SQLException {
        this.writer = writer;
        this.insert = writer.connection()
                .prepareStatement("INSERT INTO system (name, version, checksum, value) VALUES (?, ?, ?, ?)");
        this.delete = writer.connection().prepareStatement("DELETE FROM system WHERE name = ? RETURNING checksum");
    }

    /** All records, by name, each verified; none from a database of a version that had no such table. */
    static List<SystemRecord> load(Connection connection, RecordSum sum) throws SQLException {
        List<SystemRecord> records = new ArrayList<>();
        if (!Schema.hasSystemRecords(Schema.check(connection))) {
            return records;
        }
        Checksum checksum = new Checksum();
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT name, version, checksum, value FROM system ORDER BY name")) {
            while (row.next()) {
                SystemRecord record = new SystemRecord(row.getString(1), HistoryRow.bytes(row, 4), row.getLong(2));
                if (row.getLong(3) != checksum.ofRecord(record)) {
                    throw new CorruptDatabaseException("system record " + record.name() + " fails its checksum", 0);
                }
                sum.add(row.getLong(3));
                records.add(record);
            }
        }
        return records;
    }

    void save(SystemRecord record) {
        delete(record.name());
        try {
            long checksum = writer.checksum().ofRecord(record);
            insert.setString(1, record.name());
            insert.setLong(2, record.version());
            insert.setLong(3, checksum);
            insert.setBytes(4, record.value().unsafeArray());
            insert.executeUpdate();
            writer.added(checksum, record.name().length() + record.value().length());
        } catch (SQLException e) {
            throw StorageException.of("saving a system record", e);
        }
    }

    void delete(String name) {
        writer.requireOpen();
        try {
            delete.setString(1, name);
            try (ResultSet deleted = delete.executeQuery()) {
                if (deleted.next()) {
                    writer.removed(deleted.getLong(1));
                }
            }
        } catch (SQLException e) {
            throw StorageException.of("deleting a system record", e);
        }
    }
}
