package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a piece of the history for watchers that catch up. Main and sub revisions count without gaps from the compacted
 * revision on, so that a missing row is noticed, unless it was the last of its main revision. For one use, on one thread.
 */
final class HistoryReader {
    /** Where few keys are wanted, so many rows looked at are enough for one turn. */
    private static final int ROWS_MAX = 20_000;

    private final KeyIndex index;
    private final RowReader rows;
    private final Supplier<StorePosition> published;
    private final Predicate<Bytes> wanted;
    private final boolean prevKv;
    private final int revisionsMax;
    private final long bytesMax;

    private final List<KeyEvent> events = new ArrayList<>();
    private long expected;
    private int revisions;
    private long bytes;
    private long scanned;
    private boolean stopped;

    HistoryReader(
            KeyIndex index,
            RowReader rows,
            Supplier<StorePosition> published,
            Predicate<Bytes> wanted,
            boolean prevKv,
            int revisionsMax,
            long bytesMax) {
        this.index = index;
        this.rows = rows;
        this.published = published;
        this.wanted = wanted;
        this.prevKv = prevKv;
        this.revisionsMax = revisionsMax;
        this.bytesMax = bytesMax;
    }

    /** Reads main revisions {@code from} to {@code to}, both included and visible, or as many as the bounds allow. */
    HistoryBatch read(long from, long to) {
        long first = Math.max(from, 2); // an empty store is at revision 1, which has no rows
        if (first > to) {
            return new HistoryBatch(List.of(), Math.max(from, to + 1));
        }
        expected = Revision.firstOf(first);
        rows.history(expected, Revision.lastOf(to), row -> accept(row, from));
        // After the rows: had a compaction passed before, rows could be missing.
        requireNotCompacted(from);
        if (stopped) {
            return new HistoryBatch(events, Revision.mainOf(expected));
        }
        if (scanned == 0 || Revision.mainOf(expected) != to) {
            throw HistoryRow.missing(expected);
        }
        return new HistoryBatch(events, to + 1);
    }

    private boolean accept(HistoryRow row, long from) {
        boolean newRevision = Revision.subOf(row.packed()) == 0;
        if (newRevision && scanned > 0) {
            expected = Revision.firstOf(Revision.mainOf(expected) + 1);
        }
        if (row.packed() != expected) {
            requireNotCompacted(from);
            throw HistoryRow.missing(expected);
        }
        if (newRevision && scanned > 0 && isEnough()) {
            stopped = true; // expected is the first of the revision that comes next
            return false;
        }
        if (wanted.test(row.head().key())) {
            add(row);
        }
        scanned++;
        expected++;
        return true;
    }

    private boolean isEnough() {
        return revisions >= revisionsMax || bytes >= bytesMax || scanned >= ROWS_MAX;
    }

    private void add(HistoryRow row) {
        KeyValue kv = row.withValue();
        KeyValue before = prevKv && kv.version() != 1 ? previous(kv.key(), kv.modRevision()) : null;
        if (events.isEmpty() || events.get(events.size() - 1).kv().modRevision() != kv.modRevision()) {
            revisions++;
        }
        events.add(new KeyEvent(kv, Revision.subOf(row.packed()), before));
        bytes += kv.key().length()
                + kv.value().length()
                + (before == null ? 0 : before.value().length());
    }

    /** The version before, by etcd's rule: what a read at the main revision before would find. */
    private @Nullable KeyValue previous(Bytes key, long main) {
        long packed = index.floor(key, KeyIndex.limitOf(main - 1));
        KeyValue before = packed > 0 ? rows.row(key, packed, true) : null;
        if (published.get().compactRevision() > main - 1) {
            return null;
        }
        if (packed > 0 && before == null) {
            throw HistoryRow.missing(packed);
        }
        return before;
    }

    private void requireNotCompacted(long from) {
        long compacted = published.get().compactRevision();
        if (from < compacted) {
            throw new MvccException(
                    MvccException.Kind.COMPACTED, "revision " + from + " is below the compacted revision " + compacted);
        }
    }
}
