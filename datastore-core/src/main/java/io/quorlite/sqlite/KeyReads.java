package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reading half of a {@link KeySpace}: keys from the index, rows from the ring of hot ones or else from a connection. Not
 * thread-safe.
 */
final class KeyReads {
    /** Counts of more chunks than this, some hundred thousand keys, take longer than a thread that must not wait has. */
    private static final int CHUNKS_AT_ONCE_MAX = 4_096;

    private final KeyIndex index;
    private final HotRows hot;
    private final @Nullable RowReader rows;
    private final Guard guard;
    private final HotRow found = new HotRow();

    /** @param rows null where only what is in memory may be read: anything else throws {@link NotInMemoryException} */
    KeyReads(KeyIndex index, HotRows hot, @Nullable RowReader rows, Guard guard) {
        this.index = index;
        this.hot = hot;
        this.rows = rows;
        this.guard = guard;
    }

    long count(KeyRange range, long revision) {
        if (rows == null && !range.single() && index.chunkCount() > CHUNKS_AT_ONCE_MAX) {
            throw NotInMemoryException.INSTANCE;
        }
        long count = index.count(range, KeyIndex.limitOf(revision));
        guard.check(revision);
        return count;
    }

    void scan(KeyRange range, long revision, boolean values, KeySpace.RowVisitor visitor) {
        if (range.single()) {
            scanOne(range.from(), revision, values, visitor);
        } else {
            new Scan(revision, values, visitor).run(range);
        }
        guard.check(revision);
    }

    private void scanOne(Bytes key, long revision, boolean values, KeySpace.RowVisitor visitor) {
        KeyHistory history = index.history(key);
        long packed = history == null ? 0 : history.floor(KeyIndex.limitOf(revision));
        if (history == null || packed <= 0) {
            return;
        }
        if (hot.find(history, packed, values, found.scratch)) {
            visitor.view(found.of(key, packed));
        } else {
            visitor.row(fetch(key, packed, values, revision, history));
        }
    }

    @Nullable KeyValue get(Bytes key, long revision) {
        KeyHistory history = index.history(key);
        long packed = history == null ? 0 : history.floor(KeyIndex.limitOf(revision));
        KeyValue kv = null;
        if (history != null && packed > 0) {
            kv = hot.find(history, packed, true, found.scratch)
                    ? found.scratch.toKeyValue(key, packed)
                    : fetch(key, packed, true, revision, history);
        }
        guard.check(revision);
        return kv;
    }

    /** Takes the versions of {@code keys} at {@code revision} into the ring, many with one query. */
    void prefetch(List<Bytes> keys, long revision) {
        if (rows == null) {
            throw NotInMemoryException.INSTANCE;
        }
        List<RowReader.Location> wanted = new ArrayList<>(RowReader.FETCH_MAX);
        List<KeyHistory> histories = new ArrayList<>(RowReader.FETCH_MAX);
        @Nullable KeyValue[] fetched = new KeyValue[RowReader.FETCH_MAX];
        for (Bytes key : keys) {
            KeyHistory history = index.history(key);
            long packed = history == null ? 0 : history.floor(KeyIndex.limitOf(revision));
            if (history != null && packed > 0 && !hot.find(history, packed, false, found.scratch)) {
                wanted.add(new RowReader.Location(key, packed));
                histories.add(history);
            }
            if (wanted.size() == RowReader.FETCH_MAX) {
                keep(rows, wanted, histories, fetched);
            }
        }
        if (!wanted.isEmpty()) {
            keep(rows, wanted, histories, fetched);
        }
    }

    private void keep(
            RowReader from, List<RowReader.Location> wanted, List<KeyHistory> histories, @Nullable KeyValue[] fetched) {
        from.rows(wanted, true, fetched);
        for (int i = 0; i < wanted.size(); i++) {
            KeyValue kv = fetched[i]; // null: asked for twice, or a compaction took it
            if (kv != null) {
                hot.keep(histories.get(i), wanted.get(i).packed(), kv);
            }
        }
        wanted.clear();
        histories.clear();
    }

    private KeyValue fetch(Bytes key, long packed, boolean values, long revision, KeyHistory history) {
        if (rows == null) {
            throw NotInMemoryException.INSTANCE;
        }
        KeyValue kv = require(rows.row(key, packed, values), packed, revision);
        if (values) {
            hot.keep(history, packed, kv);
        }
        return kv;
    }

    private KeyValue require(@Nullable KeyValue row, long packed, long revision) {
        if (row == null) {
            guard.check(revision); // a compaction explains it; if none passed, nothing does
            throw HistoryRow.missing(packed);
        }
        return row;
    }

    /**
     * Walks the index and gives what is hot to the visitor at once; rows to be fetched wait until there is a handful, and all behind
     * them waits, too, so that the visitor gets them in the index's order.
     */
    private final class Scan {
        private final long revision;
        private final boolean values;
        private final KeySpace.RowVisitor visitor;
        private final List<RowReader.Location> wanted = new ArrayList<>(0);
        private final List<KeyHistory> histories = new ArrayList<>(0);
        private @Nullable KeyValue @Nullable [] fetched;
        /** So much of the ring one scan may fill: others have a use for it, too. */
        private long roomBytes = hot.capacity() / 4;

        private boolean enough;

        Scan(long revision, boolean values, KeySpace.RowVisitor visitor) {
            this.revision = revision;
            this.values = values;
            this.visitor = visitor;
        }

        void run(KeyRange range) {
            index.scan(range, KeyIndex.limitOf(revision), this::next);
            if (!enough && !wanted.isEmpty()) {
                fetch();
            }
        }

        private boolean next(Bytes key, long packed, KeyHistory history) {
            if (wanted.isEmpty() && hot.find(history, packed, values, found.scratch)) {
                enough = !visitor.view(found.of(key, packed));
                return !enough;
            }
            wanted.add(new RowReader.Location(key, packed));
            histories.add(history);
            if (wanted.size() == RowReader.FETCH_MAX) {
                enough = !fetch();
                wanted.clear();
                histories.clear();
            }
            return !enough;
        }

        private boolean fetch() {
            if (rows == null) {
                throw NotInMemoryException.INSTANCE;
            }
            if (fetched == null) {
                fetched = new KeyValue[RowReader.FETCH_MAX];
            }
            rows.rows(wanted, values, fetched);
            for (int i = 0; i < wanted.size(); i++) {
                KeyValue kv = require(fetched[i], wanted.get(i).packed(), revision);
                if (values && roomBytes > 0) {
                    hot.keep(histories.get(i), wanted.get(i).packed(), kv);
                    roomBytes -= kv.valueLength();
                }
                if (!visitor.row(kv)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Tells after a read whether what was read can be trusted. */
    @FunctionalInterface
    interface Guard {
        /** Throws if a compaction passed {@code revision}. */
        void check(long revision);
    }

    /** A read needs more than memory has. */
    static final class NotInMemoryException extends RuntimeException {
        static final NotInMemoryException INSTANCE = new NotInMemoryException();
        private static final long serialVersionUID = 1;

        private NotInMemoryException() {
            super("not in memory", null, false, false);
        }
    }
}
