package io.quorlite.sqlite;

import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Hashes the rows that every member with the same compacted revision must have, whether or not it has removed the others yet:
 * all above the compacted revision, and at or below it those that compaction keeps. Each row goes in by its checksum, once
 * that was verified against the row. For one use, on one thread.
 */
final class HistoryHasher {
    private final KeyIndex index;
    private final long compacted;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

    HistoryHasher(KeyIndex index, long compacted) {
        this.index = index;
        this.compacted = compacted;
    }

    int hash(RowReader rows, long revision) {
        rows.history(0, Revision.lastOf(revision), row -> {
            if (isKept(row)) {
                add(row);
            }
            return true;
        });
        return (int) crc.getValue();
    }

    private boolean isKept(HistoryRow row) {
        KeyValue kv = row.head();
        if (kv.modRevision() > compacted) {
            return true;
        }
        boolean newest = Math.abs(index.floor(kv.key(), KeyIndex.limitOf(compacted))) == row.packed();
        return newest && (!kv.isTombstone() || kv.modRevision() == compacted);
    }

    private void add(HistoryRow row) {
        row.withValue(); // verifies it
        number.clear().putLong(row.checksum());
        crc.update(number.array());
    }
}
