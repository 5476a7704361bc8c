package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Removes what compactions superseded, in small slices between batches. Belongs to the apply thread.
 *
 * <p>A round gathers superseded revisions from the index, a number of keys at a time; deletes their rows in order of revision,
 * which empties whole pages instead of touching many; and gives free pages back. Nothing of this needs saving: a restart
 * loads the rows that are still there and begins the round again, and finds only what is left.
 */
final class Compaction {
    /** Gathered revisions are held in memory; a round with more goes in several passes. */
    private static final int GATHERED_MAX = 200_000;

    /** A visit to the index costs about a twentieth of a deleted row. */
    private static final int KEYS_PER_ROW = 20;

    /** Moving a page to the file's front costs about as much as deleting some rows. */
    private static final int ROWS_PER_PAGE = 16;

    /** Free pages up to this share of the file stay for the rows to come. */
    private static final int FREE_SHARE = 8;

    private static final int FREE_PAGES_MIN = 256;

    private enum Phase {
        IDLE,
        GATHER,
        DELETE,
        VACUUM
    }

    private final Writer writer;
    private final KeyIndex index;
    private final PreparedStatement delete;

    private Phase phase;
    private long target;
    private @Nullable Bytes gatheredTo;
    private long[] gathered = {};
    private int gatheredCount;
    private int deleted;

    Compaction(Writer writer, KeyIndex index) throws SQLException {
        this.writer = writer;
        this.index = index;
        this.delete = writer.connection().prepareStatement("DELETE FROM history WHERE revision = ? RETURNING checksum");
        this.phase = Phase.IDLE;
    }

    /** Whether there is anything left to do. */
    boolean isPending() {
        return phase != Phase.IDLE || writer.sweptRevision() < writer.compactRevision();
    }

    /**
     * Does a slice, in a transaction of its own.
     *
     * @param rowsMax how many rows to delete at most, or other work worth as much
     * @return whether nothing is left
     */
    boolean slice(int rowsMax) {
        try {
            switch (phase) {
                case IDLE -> startRound();
                case GATHER -> gather(rowsMax);
                case DELETE -> delete(rowsMax);
                case VACUUM -> vacuum(rowsMax);
            }
        } catch (SQLException e) {
            throw StorageException.of("compacting", e);
        }
        return !isPending();
    }

    private void startRound() {
        if (isPending()) {
            target = writer.compactRevision();
            gatheredTo = null;
            phase = Phase.GATHER;
        }
    }

    private void gather(int rowsMax) {
        gatheredTo = index.compact(gatheredTo, rowsMax * KEYS_PER_ROW, target, this::gathered);
        if (gatheredTo == null || gatheredCount >= GATHERED_MAX) {
            Arrays.sort(gathered, 0, gatheredCount);
            phase = Phase.DELETE;
        }
    }

    private void gathered(long packed) {
        if (gatheredCount == gathered.length) {
            gathered = Arrays.copyOf(gathered, Math.max(1024, gatheredCount * 2));
        }
        gathered[gatheredCount++] = packed;
    }

    private void delete(int rowsMax) throws SQLException {
        writer.begin();
        int end = (int) Math.min(gatheredCount, (long) deleted + rowsMax);
        while (deleted < end) {
            deleteRow(gathered[deleted++]);
        }
        if (deleted == gatheredCount) {
            endPass();
        }
        writer.commit();
    }

    private void deleteRow(long packed) throws SQLException {
        delete.setLong(1, packed);
        try (ResultSet row = delete.executeQuery()) {
            if (!row.next()) {
                throw HistoryRow.missing(packed);
            }
            writer.removed(row.getLong(1));
        }
    }

    private void endPass() {
        gathered = new long[0];
        gatheredCount = 0;
        deleted = 0;
        if (gatheredTo != null) {
            phase = Phase.GATHER;
            return;
        }
        writer.sweptRevision(target);
        phase = Phase.VACUUM;
    }

    private void vacuum(int rowsMax) throws SQLException {
        long excess = writer.freePages() - Math.max(FREE_PAGES_MIN, writer.pageCount() / FREE_SHARE);
        if (excess <= 0) {
            phase = Phase.IDLE;
            return;
        }
        writer.begin();
        try (Statement statement = writer.connection().createStatement()) {
            // By executeUpdate, which runs it to its end: stepped once, it would free one page.
            statement.executeUpdate(
                    "PRAGMA incremental_vacuum(" + Math.min(excess, Math.max(1, rowsMax / ROWS_PER_PAGE)) + ")");
        }
        writer.shrunk();
        writer.commit();
    }
}
