package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyState;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The key space as its writer, the apply thread, has it: on the writing connection, its own uncommitted changes included.
 * Changes need a transaction begun with {@link SqliteStore#begin()}.
 */
final class SqliteKeySpace implements KeySpace {
    private final Writer writer;
    private final KeyIndex index;
    private final HotRows hot;
    private final KeyReads reads;
    private final PreparedStatement insert;
    private long lastPacked;
    private long writtenBytes;

    SqliteKeySpace(Writer writer, KeyIndex index, HotRows hot) throws SQLException {
        this.writer = writer;
        this.index = index;
        this.hot = hot;
        // No compaction can pass the writer: they are its own.
        this.reads = new KeyReads(index, hot, new RowReader(writer.connection()), revision -> {});
        this.insert = writer.connection()
                .prepareStatement(
                        "INSERT INTO history (revision, key, create_revision, version, lease, checksum, value)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?)");
        this.lastPacked = Revision.lastOf(writer.revision());
    }

    @Override
    public long currentRevision() {
        return writer.revision();
    }

    @Override
    public long compactRevision() {
        return writer.compactRevision();
    }

    @Override
    public long count(KeyRange range, long revision) {
        return reads.count(range, revision);
    }

    @Override
    public void scan(KeyRange range, long revision, boolean values, RowVisitor visitor) {
        reads.scan(range, revision, values, visitor);
    }

    @Override
    public @Nullable KeyValue get(Bytes key, long revision) {
        return reads.get(key, revision);
    }

    @Override
    public @Nullable KeyState latest(Bytes key) {
        return index.latest(key);
    }

    /** Appends a version. Within a main revision sub revisions count from 0 without a gap, and so do main revisions. */
    @Override
    public void append(Revision revision, KeyValue kv) {
        writer.requireOpen();
        requireNext(revision);
        if (kv.modRevision() != revision.main()) {
            throw new IllegalArgumentException("at " + revision + ": " + kv);
        }
        long packed = revision.packed();
        long checksum = writer.checksum().ofRow(packed, kv);
        insert(packed, kv, checksum);
        writer.added(checksum, kv.key().length() + kv.value().length());
        KeyHistory history = index.append(kv.key(), packed, kv.isTombstone(), kv.createRevision(), kv.version());
        if (!kv.isTombstone()) {
            hot.keep(history, packed, kv);
        }
        lastPacked = packed;
        writtenBytes += kv.key().length() + kv.value().length();
    }

    /** How many bytes of keys and values were appended since the last call. */
    long takeWrittenBytes() {
        long bytes = writtenBytes;
        writtenBytes = 0;
        return bytes;
    }

    /** Readers of the history rely on it to notice rows that are missing. */
    private void requireNext(Revision revision) {
        boolean next = revision.sub() == 0
                ? revision.main() == Revision.mainOf(lastPacked) + 1
                : revision.packed() == lastPacked + 1 && revision.main() > writer.revision();
        if (!next) {
            throw new IllegalArgumentException(revision + " does not follow " + Revision.unpack(lastPacked)
                    + " in a store at revision " + writer.revision());
        }
    }

    private void insert(long packed, KeyValue kv, long checksum) {
        try {
            insert.setLong(1, packed);
            insert.setBytes(2, kv.key().unsafeArray());
            insert.setLong(3, kv.createRevision());
            insert.setLong(4, kv.version());
            insert.setLong(5, kv.lease());
            insert.setLong(6, checksum);
            insert.setBytes(7, kv.value().unsafeArray());
            insert.executeUpdate();
        } catch (SQLException e) {
            throw StorageException.of("appending to the history", e);
        }
    }

    @Override
    public void complete(long main) {
        writer.requireOpen();
        if (main != Revision.mainOf(lastPacked) || main <= writer.revision()) {
            throw new IllegalArgumentException("cannot complete " + main + ": the last change is at "
                    + Revision.unpack(lastPacked) + ", the store at " + writer.revision());
        }
        writer.revision(main);
    }

    @Override
    public void compact(long revision) {
        writer.requireOpen();
        if (revision <= writer.compactRevision() || revision > writer.revision()) {
            throw new IllegalArgumentException("cannot compact to " + revision + ": compacted to "
                    + writer.compactRevision() + ", at " + writer.revision());
        }
        writer.compactRevision(revision);
    }

    /**
     * The version of {@code key} alive just before main revision {@code main}, which is above the revision compacted to when the
     * open or last batch began; null if there is none. A compaction of that same batch does not matter: its rows go later.
     */
    @Nullable KeyValue previous(Bytes key, long main) {
        return reads.get(key, main - 1);
    }
}
