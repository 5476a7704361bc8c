package io.quorlite.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The tables, their version, and the settings that must hold before the first page is written. Stateless.
 *
 * <p>The value is the history's last column: it may go on in overflow pages, which a read of the columns before it need not
 * follow. Revisions grow, so rows are always appended at the table's right edge.
 */
final class Schema {
    /** "QLDB" */
    static final int APPLICATION_ID = 0x514c4442;

    /** 2: with system records. */
    static final int VERSION = 2;

    /** A commit writes whole pages to the WAL, and the usual batch touches two or three of them. */
    static final int PAGE_BYTES = 4096;

    private static final String SYSTEM_TABLE = """
        CREATE TABLE system (
          name     TEXT    PRIMARY KEY,
          version  INTEGER NOT NULL,           -- how often it was written
          checksum INTEGER NOT NULL,
          value    BLOB    NOT NULL
        ) STRICT""";

    private static final String[] TABLES = {SYSTEM_TABLE, """
        CREATE TABLE history (
          revision        INTEGER PRIMARY KEY, -- packed: main << 20 | sub
          key             BLOB    NOT NULL,
          create_revision INTEGER NOT NULL,    -- 0 in a tombstone
          version         INTEGER NOT NULL,    -- 0 in a tombstone
          lease           INTEGER NOT NULL,
          checksum        INTEGER NOT NULL,
          value           BLOB    NOT NULL
        ) STRICT""", """
        CREATE TABLE lease (
          id        INTEGER PRIMARY KEY,
          ttl       INTEGER NOT NULL,          -- seconds, as granted
          remaining INTEGER NOT NULL,          -- seconds, as last checkpointed; 0 for never
          checksum  INTEGER NOT NULL
        ) STRICT""", """
        CREATE TABLE meta (
          id               INTEGER PRIMARY KEY CHECK (id = 1),
          cluster_id       INTEGER NOT NULL,
          applied_index    INTEGER NOT NULL,
          applied_term     INTEGER NOT NULL,
          state_hash       INTEGER NOT NULL,
          revision         INTEGER NOT NULL,
          compact_revision INTEGER NOT NULL,
          swept_revision   INTEGER NOT NULL,
          records          INTEGER NOT NULL,
          record_sum       INTEGER NOT NULL,
          checksum         INTEGER NOT NULL
        ) STRICT"""};

    private Schema() {}

    /**
     * Makes the tables in a new database, or checks that an existing one is ours and of a version we know; one of an older version is
     * brought up to this one.
     */
    static void prepare(Connection connection) throws SQLException {
        if (number(connection, "PRAGMA user_version") == 0
                && number(connection, "SELECT count(*) FROM sqlite_schema") == 0) {
            create(connection);
        } else if (check(connection) < VERSION) {
            upgrade(connection);
        }
    }

    /** Returns the version of a database that can be read. */
    static long check(Connection connection) throws SQLException {
        long application = number(connection, "PRAGMA application_id");
        if (application != APPLICATION_ID) {
            throw new StorageException("not a database of this store: application_id=" + application);
        }
        long version = number(connection, "PRAGMA user_version");
        if (version < 1 || version > VERSION) {
            throw new StorageException(
                    "the database's schema has version " + version + ", this program knows versions 1 to " + VERSION);
        }
        return version;
    }

    /** Whether a database of {@code version} has the table of system records. */
    static boolean hasSystemRecords(long version) {
        return version >= 2;
    }

    private static void upgrade(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("BEGIN IMMEDIATE");
            statement.executeUpdate(SYSTEM_TABLE);
            statement.executeUpdate("PRAGMA user_version = " + VERSION);
            statement.executeUpdate("COMMIT");
        }
    }

    private static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Both are fixed with the first page, and switching to WAL writes it.
            statement.executeUpdate("PRAGMA page_size = " + PAGE_BYTES);
            statement.executeUpdate("PRAGMA auto_vacuum = INCREMENTAL");
            statement.executeUpdate("BEGIN IMMEDIATE");
            for (String table : TABLES) {
                statement.executeUpdate(table);
            }
            try (PreparedStatement insert = MetaTable.prepareWrite(connection)) {
                MetaTable.write(insert, new Checksum(), Meta.EMPTY);
            }
            statement.executeUpdate("PRAGMA application_id = " + APPLICATION_ID);
            statement.executeUpdate("PRAGMA user_version = " + VERSION);
            statement.executeUpdate("COMMIT");
        }
    }

    /** The only number that {@code query} answers. */
    static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            if (!row.next()) {
                throw new SQLException("no row from: " + query);
            }
            return row.getLong(1);
        }
    }
}
