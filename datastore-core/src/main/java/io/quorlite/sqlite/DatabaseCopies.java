package io.quorlite.sqlite;

import io.quorlite.mvcc.Revision;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/**
 * Copies a live database, and proves a copy sound. Stateless.
 *
 * <p>The copy is made with SQLite's online backup, in one step: page by page inside one read transaction, which in WAL mode sees
 * one state and keeps nobody from writing. In several steps it would begin anew at each write in between. {@code VACUUM INTO}
 * would give a smaller file, but builds every tree again, at several times the CPU, beside a node that serves. While
 * a copy is made the WAL cannot be started over.
 */
final class DatabaseCopies {
    /** Says that nobody changes the file: no locks, no WAL, nothing made beside it. */
    private static final String IMMUTABLE = "?immutable=1";

    private DatabaseCopies() {}

    /** @param source a read connection of its own; stays open */
    static CopiedDatabase copy(SQLiteConnection source, Path target) throws IOException {
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        try {
            int code = source.getDatabase()
                    .backup("main", target.toAbsolutePath().toString(), null, 0, 0, /* pagesPerStep= */ -1);
            if (code != SQLiteErrorCode.SQLITE_OK.code) {
                throw new StorageException("copying the database failed: " + SQLiteErrorCode.getErrorCode(code));
            }
            DatabaseFiles.sync(target);
            DatabaseFiles.syncDirectory(target);
            return numbers(target);
        } catch (SQLException e) {
            Files.deleteIfExists(target);
            throw StorageException.of("copying the database", e);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(target);
            throw e;
        }
    }

    /** Reads a copy's numbers; of everything else it looks at nothing. */
    static CopiedDatabase numbers(Path copy) throws IOException {
        try (Connection connection = SqliteDatabase.connectReader(copy, IMMUTABLE)) {
            Schema.check(connection);
            return new CopiedDatabase(StorePosition.of(MetaTable.read(connection)), Files.size(copy));
        } catch (SQLException e) {
            throw StorageException.of("reading the copy " + copy, e);
        }
    }

    /**
     * Verifies every record of a copy, that none is missing, and the trees they are in.
     *
     * @throws CorruptDatabaseException if it is not sound
     */
    static CopiedDatabase verify(Path copy) throws IOException {
        CopiedDatabase numbers = numbers(copy);
        try (Connection connection = SqliteDatabase.connectReader(copy, IMMUTABLE)) {
            RecordSum sum = new RecordSum();
            new RowReader(connection).history(0, Revision.lastOf(Revision.MAIN_MAX), row -> {
                row.withValue();
                sum.add(row.checksum());
                return true;
            });
            SqliteLeases.load(connection, sum);
            SqliteRecords.load(connection, sum);
            sum.verify(MetaTable.read(connection));
            quickCheck(connection);
        } catch (SQLException e) {
            throw StorageException.of("verifying the copy " + copy, e);
        }
        return numbers;
    }

    private static void quickCheck(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
            if (!row.next() || !row.getString(1).equals("ok")) {
                throw new CorruptDatabaseException("quick_check: " + row.getString(1), 0);
            }
        }
    }
}
