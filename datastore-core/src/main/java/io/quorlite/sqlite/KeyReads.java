package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The reading half of a {@link KeySpace}: keys from the index, rows from a connection. Not thread-safe. */
final class KeyReads {
    private final KeyIndex index;
    private final RowReader rows;
    private final Guard guard;

    KeyReads(KeyIndex index, RowReader rows, Guard guard) {
        this.index = index;
        this.rows = rows;
        this.guard = guard;
    }

    long count(KeyRange range, long revision) {
        long count = index.count(range, KeyIndex.limitOf(revision));
        guard.check(revision);
        return count;
    }

    void scan(KeyRange range, long revision, boolean values, KeySpace.RowVisitor visitor) {
        if (range.single()) {
            long packed = index.floor(range.from(), KeyIndex.limitOf(revision));
            if (packed > 0) {
                visitor.row(require(rows.row(range.from(), packed, values), packed, revision));
            }
        } else {
            scanMany(range, revision, values, visitor);
        }
        guard.check(revision);
    }

    /** Walks the index and fetches rows a handful at a time; the visitor gets them in the index's order. */
    private void scanMany(KeyRange range, long revision, boolean values, KeySpace.RowVisitor visitor) {
        List<RowReader.Location> wanted = new ArrayList<>(RowReader.FETCH_MAX);
        @Nullable KeyValue[] found = new KeyValue[RowReader.FETCH_MAX];
        boolean[] enough = {false};
        index.scan(range, KeyIndex.limitOf(revision), (key, packed) -> {
            wanted.add(new RowReader.Location(key, packed));
            if (wanted.size() == RowReader.FETCH_MAX) {
                enough[0] = !fetch(wanted, found, revision, values, visitor);
                wanted.clear();
            }
            return !enough[0];
        });
        if (!enough[0] && !wanted.isEmpty()) {
            fetch(wanted, found, revision, values, visitor);
        }
    }

    private boolean fetch(
            List<RowReader.Location> wanted,
            @Nullable KeyValue[] found,
            long revision,
            boolean values,
            KeySpace.RowVisitor visitor) {
        rows.rows(wanted, values, found);
        for (int i = 0; i < wanted.size(); i++) {
            if (!visitor.row(require(found[i], wanted.get(i).packed(), revision))) {
                return false;
            }
        }
        return true;
    }

    @Nullable KeyValue get(Bytes key, long revision) {
        long packed = index.floor(key, KeyIndex.limitOf(revision));
        KeyValue found = packed > 0 ? require(rows.row(key, packed, true), packed, revision) : null;
        guard.check(revision);
        return found;
    }

    private KeyValue require(@Nullable KeyValue row, long packed, long revision) {
        if (row == null) {
            guard.check(revision); // a compaction explains it; if none passed, nothing does
            throw HistoryRow.missing(packed);
        }
        return row;
    }

    /** Tells after a read whether what was read can be trusted. */
    @FunctionalInterface
    interface Guard {
        /** Throws if a compaction passed {@code revision}. */
        void check(long revision);
    }
}
