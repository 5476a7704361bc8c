package io.quorlite.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** A read-only connection with its prepared statements. Not thread-safe: one thread borrows it at a time. */
final class ReadConnection implements AutoCloseable {
    private final Connection connection;
    private final RowReader rows;
    private final PreparedStatement begin;
    private final PreparedStatement end;

    private int queries;

    ReadConnection(Connection connection) throws SQLException {
        this.connection = connection;
        this.begin = connection.prepareStatement("BEGIN");
        this.end = connection.prepareStatement("COMMIT");
        this.rows = new RowReader(connection, this::beforeQuery);
    }

    RowReader rows() {
        return rows;
    }

    /**
     * A transaction around several queries spares each the cost of one of its own; for a single query it would be a cost. What is
     * read is right with or without: see {@link ReadView}.
     */
    private void beforeQuery() {
        if (queries == 1) {
            execute(begin, "beginning a read");
        }
        queries++;
    }

    /** Ends a read: whatever this connection held open it lets go. */
    void end() {
        boolean transaction = queries > 1;
        queries = 0;
        if (transaction) {
            execute(end, "ending a read");
        }
    }

    private static void execute(PreparedStatement statement, String attempted) {
        try {
            statement.execute();
        } catch (SQLException e) {
            throw StorageException.of(attempted, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw StorageException.of("closing a read connection", e);
        }
    }
}
