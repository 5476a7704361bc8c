package io.quorlite.sqlite;

import io.quorlite.lease.Lease;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The stored leases. Belongs to the apply thread; changes go into the open transaction. */
final class SqliteLeases {
    private final Writer writer;
    private final PreparedStatement insert;
    private final PreparedStatement delete;

    SqliteLeases(Writer writer) throws SQLException {
        this.writer = writer;
        this.insert = writer.connection()
                .prepareStatement("INSERT INTO lease (id, ttl, remaining, checksum) VALUES (?, ?, ?, ?)");
        this.delete = writer.connection().prepareStatement("DELETE FROM lease WHERE id = ? RETURNING checksum");
    }

    /** All leases, by id, each verified. */
    static List<Lease> load(Connection connection, RecordSum sum) throws SQLException {
        Checksum checksum = new Checksum();
        List<Lease> leases = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT id, ttl, remaining, checksum FROM lease ORDER BY id")) {
            while (row.next()) {
                Lease lease = new Lease(row.getLong(1), row.getLong(2), row.getLong(3));
                if (row.getLong(4) != checksum(checksum, lease)) {
                    throw new CorruptDatabaseException("lease " + lease.id() + " fails its checksum", 0);
                }
                sum.add(row.getLong(4));
                leases.add(lease);
            }
        }
        return leases;
    }

    void save(Lease lease) {
        writer.requireOpen();
        delete(lease.id());
        try {
            long checksum = checksum(writer.checksum(), lease);
            insert.setLong(1, lease.id());
            insert.setLong(2, lease.ttlSeconds());
            insert.setLong(3, lease.remainingSeconds());
            insert.setLong(4, checksum);
            insert.executeUpdate();
            writer.added(checksum, Long.BYTES);
        } catch (SQLException e) {
            throw StorageException.of("saving a lease", e);
        }
    }

    void delete(long id) {
        writer.requireOpen();
        try {
            delete.setLong(1, id);
            try (ResultSet deleted = delete.executeQuery()) {
                if (deleted.next()) {
                    writer.removed(deleted.getLong(1));
                }
            }
        } catch (SQLException e) {
            throw StorageException.of("deleting a lease", e);
        }
    }

    private static long checksum(Checksum checksum, Lease lease) {
        return checksum.ofNumbers(lease.id(), lease.ttlSeconds(), lease.remainingSeconds());
    }
}
