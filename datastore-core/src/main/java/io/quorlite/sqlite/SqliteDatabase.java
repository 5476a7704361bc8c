package io.quorlite.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/**
 * The database file and its connections: one that writes, a fixed number that read, and more on demand for long reads. Owns
 * settings and the order of closing. Thread-safe, but the connections are not.
 *
 * <p>WAL mode with {@code synchronous=NORMAL}: a commit is not synced. What the loss of power takes is replayed from the Raft
 * log, which is cut only where {@link Checkpointer#persist()} said so.
 *
 * <p>In this process nobody else may open and close the main database file: POSIX drops a process's locks on a file
 * when it closes any descriptor of it. The channel kept here for syncing is closed last for this reason.
 */
final class SqliteDatabase implements AutoCloseable {
    /** To this size SQLite cuts a WAL file that grew beyond it when it starts it over. */
    private static final long WAL_KEPT_BYTES = Checkpointer.WAL_BYTES_MAX + Checkpointer.WAL_BYTES_MAX / 4;

    private static final int WRITER_CACHE_KIB = 16 << 10;
    private static final int READER_CACHE_KIB = 4 << 10;

    /** Nobody but a foreign process ever makes us wait for a lock this long. */
    private static final int BUSY_MILLIS = 10_000;

    private final Path file;
    private final Path wal;
    private final FileChannel channel;
    private final SQLiteConnection writer;
    private final ReadPool readers;

    private SqliteDatabase(Path file, FileChannel channel, SQLiteConnection writer, ReadPool readers) {
        this.file = file;
        this.wal = DatabaseFiles.sibling(file, "-wal");
        this.channel = channel;
        this.writer = writer;
        this.readers = readers;
    }

    /** Opens the database, which is made where it is missing; its directory exists. */
    static SqliteDatabase open(Path path, int readConnections) throws IOException {
        Path file = path.toAbsolutePath();
        DatabaseFiles.finishInstall(file);
        SQLiteConnection writer = null;
        List<ReadConnection> readers = new ArrayList<>();
        try {
            writer = openWriter(file);
            DatabaseFiles.syncDirectory(file);
            for (int i = 0; i < readConnections; i++) {
                readers.add(new ReadConnection(connectReader(file, "")));
            }
            return new SqliteDatabase(
                    file, FileChannel.open(file, StandardOpenOption.READ), writer, new ReadPool(readers));
        } catch (SQLException e) {
            closeAfterFailure(readers, writer, e);
            throw StorageException.of("opening " + file, e);
        } catch (IOException | RuntimeException e) {
            closeAfterFailure(readers, writer, e);
            throw e;
        }
    }

    private static void closeAfterFailure(
            List<ReadConnection> readers, @Nullable SQLiteConnection writer, Exception failure) {
        try {
            readers.forEach(ReadConnection::close);
            if (writer != null) {
                writer.close();
            }
        } catch (SQLException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private static SQLiteConnection openWriter(Path file) throws SQLException {
        SQLiteConnection connection = connect(file, "", false, WRITER_CACHE_KIB);
        try {
            // A new database is made with a rollback journal and fully synced: its schema is never lost.
            Schema.prepare(connection);
            try (Statement statement = connection.createStatement()) {
                try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode = WAL")) {
                    if (!mode.next() || !mode.getString(1).equals("wal")) {
                        throw new StorageException("no WAL mode for " + file);
                    }
                }
                statement.executeUpdate("PRAGMA synchronous = NORMAL");
                statement.executeUpdate("PRAGMA wal_autocheckpoint = 0");
                statement.execute("PRAGMA journal_size_limit = " + WAL_KEPT_BYTES);
                // What the last life left in the WAL goes through the file and a sync before anything builds on it.
                statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            }
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** @param parameters as in SQLite's URI file names, from the question mark on; or empty */
    static SQLiteConnection connectReader(Path file, String parameters) throws SQLException {
        return connect(file, parameters, true, READER_CACHE_KIB);
    }

    private static SQLiteConnection connect(Path file, String parameters, boolean readOnly, int cacheKib)
            throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setCacheSize(-cacheKib);
        config.setGetGeneratedKeys(false); // else the driver prepares and runs a query of its own after each insertion
        // As a URI, because a path may contain characters that mean something in a JDBC URL.
        String uri = "file:" + file.toAbsolutePath().toUri().getRawPath() + parameters;
        return (SQLiteConnection) config.createConnection("jdbc:sqlite:" + uri);
    }

    /** The connection of the apply thread. */
    SQLiteConnection writer() {
        return writer;
    }

    ReadPool readers() {
        return readers;
    }

    /** A read connection of its own for a read that takes long; the caller closes it. */
    SQLiteConnection openReader() {
        try {
            return connectReader(file, "");
        } catch (SQLException e) {
            throw StorageException.of("opening a read connection", e);
        }
    }

    /** A connection that can run checkpoints; the caller closes it before this database. */
    Connection openCheckpointer() throws SQLException {
        Connection connection = connect(file, "", false, READER_CACHE_KIB);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA synchronous = NORMAL");
            statement.executeUpdate("PRAGMA wal_autocheckpoint = 0");
        }
        return connection;
    }

    long walBytes() {
        try {
            return Files.size(wal);
        } catch (IOException e) {
            throw new StorageException("reading the size of " + wal, e);
        }
    }

    /** Syncs the WAL. Opening and closing it is harmless: SQLite keeps no locks on that file. */
    void syncWal() throws IOException {
        try (FileChannel open = FileChannel.open(wal, StandardOpenOption.READ)) {
            open.force(false);
        }
    }

    /** Syncs the main file. */
    void syncFile() throws IOException {
        channel.force(false);
    }

    /** Readers first, the writer last: the last one to close moves the WAL into the file and removes it. */
    @Override
    public void close() {
        readers.close();
        closeWriter();
        closeChannel();
    }

    /** The writer first: a connection that only reads leaves the WAL as it is when it is the last to close. */
    void abandon() {
        closeWriter();
        readers.close();
        closeChannel();
    }

    private void closeWriter() {
        try {
            writer.close();
        } catch (SQLException e) {
            throw StorageException.of("closing " + file, e);
        }
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StorageException("closing " + file, e);
        }
    }
}
