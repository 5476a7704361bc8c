package io.quorlite.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;

/**
 * The writing transaction and the numbers that are saved with it. Belongs to the apply thread; only the size is read by others.
 *
 * <p>A transaction that failed stays open here: whatever would be written after it is refused, since nobody knows what of it
 * reached the disk.
 */
final class Writer {
    /** The size is looked at after so many commits, or so many bytes: it costs two queries, which matters to a small commit. */
    private static final int COMMITS_UNMEASURED_MAX = 16;

    private static final long BYTES_UNMEASURED_MAX = 256 << 10;

    private final SQLiteConnection connection;
    private final Checksum checksum = new Checksum();
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement writeMeta;
    private final PreparedStatement pageCount;
    private final PreparedStatement freePages;
    private boolean open;
    private int commitsUnmeasured;
    private long bytesUnmeasured;

    private long clusterId;
    private long appliedIndex;
    private long appliedTerm;
    private long stateHash;
    private long revision;
    private long compactRevision;
    private long sweptRevision;
    private long records;
    private long recordSum;

    private volatile DatabaseSize size;

    Writer(SQLiteConnection connection, Meta meta) throws SQLException {
        this.connection = connection;
        begin = connection.prepareStatement("BEGIN IMMEDIATE");
        commit = connection.prepareStatement("COMMIT");
        writeMeta = MetaTable.prepareWrite(connection);
        pageCount = connection.prepareStatement("PRAGMA page_count");
        freePages = connection.prepareStatement("PRAGMA freelist_count");
        clusterId = meta.clusterId();
        appliedIndex = meta.appliedIndex();
        appliedTerm = meta.appliedTerm();
        stateHash = meta.stateHash();
        revision = meta.revision();
        compactRevision = meta.compactRevision();
        sweptRevision = meta.sweptRevision();
        records = meta.records();
        recordSum = meta.recordSum();
        size = measure();
    }

    SQLiteConnection connection() {
        return connection;
    }

    Checksum checksum() {
        return checksum;
    }

    void begin() {
        if (open) {
            throw new IllegalStateException("a transaction is open, or one has failed");
        }
        open = true;
        try {
            begin.execute();
        } catch (SQLException e) {
            throw StorageException.of("beginning a transaction", e);
        }
    }

    void requireOpen() {
        if (!open) {
            throw new IllegalStateException("no transaction is open");
        }
    }

    /** Saves the numbers and commits. */
    void commit() {
        requireOpen();
        try {
            MetaTable.write(writeMeta, checksum, meta());
            commit.execute();
            if (++commitsUnmeasured >= COMMITS_UNMEASURED_MAX || bytesUnmeasured >= BYTES_UNMEASURED_MAX) {
                size = measure();
            }
        } catch (SQLException e) {
            throw StorageException.of("committing a transaction", e);
        }
        open = false;
    }

    Meta meta() {
        return new Meta(
                clusterId,
                appliedIndex,
                appliedTerm,
                stateHash,
                revision,
                compactRevision,
                sweptRevision,
                records,
                recordSum);
    }

    void applied(long index, long term, long hash) {
        appliedIndex = index;
        appliedTerm = term;
        stateHash = hash;
    }

    void clusterId(long id) {
        clusterId = id;
    }

    long revision() {
        return revision;
    }

    void revision(long main) {
        revision = main;
    }

    long compactRevision() {
        return compactRevision;
    }

    void compactRevision(long main) {
        compactRevision = main;
    }

    long sweptRevision() {
        return sweptRevision;
    }

    void sweptRevision(long main) {
        sweptRevision = main;
    }

    /** A record of about {@code bytes} was written. */
    void added(long recordChecksum, int bytes) {
        records++;
        bytesUnmeasured += bytes;
        recordSum += recordChecksum;
    }

    /** A record was deleted. */
    void removed(long recordChecksum) {
        records--;
        shrunk();
        recordSum -= recordChecksum;
    }

    /** The transaction gives space back: whoever waits for that shall see it at once. */
    void shrunk() {
        bytesUnmeasured = BYTES_UNMEASURED_MAX;
    }

    /** As of a commit not long ago. Any thread. */
    DatabaseSize size() {
        return size;
    }

    long pageCount() throws SQLException {
        return number(pageCount);
    }

    long freePages() throws SQLException {
        return number(freePages);
    }

    private DatabaseSize measure() throws SQLException {
        commitsUnmeasured = 0;
        bytesUnmeasured = 0;
        long pages = pageCount();
        return new DatabaseSize(pages * Schema.PAGE_BYTES, (pages - freePages()) * Schema.PAGE_BYTES);
    }

    private static long number(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("a PRAGMA gave no row");
            }
            return row.getLong(1);
        }
    }
}
