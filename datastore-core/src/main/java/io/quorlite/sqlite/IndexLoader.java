package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyState;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds the index from one pass over the history, values left out, and checks that the rows fit together. For one use.
 */
final class IndexLoader {
    private final Meta meta;
    private final KeyIndex index = new KeyIndex();
    private final SortedMap<Bytes, Long> attachments = new TreeMap<>();

    IndexLoader(Meta meta) {
        this.meta = meta;
    }

    KeyIndex load(RowReader rows, RecordSum sum) {
        rows.history(0, Long.MAX_VALUE, row -> {
            sum.add(row.checksum());
            add(row.packed(), row.head());
            return true;
        });
        return index;
    }

    /** The lease that each key's newest version hangs on, for keys that hang on one; in key order. */
    SortedMap<Bytes, Long> attachments() {
        return attachments;
    }

    private void add(long packed, KeyValue kv) {
        if (kv.modRevision() > meta.revision()) {
            throw new CorruptDatabaseException(
                    "history row " + Revision.unpack(packed) + " is above the store's revision " + meta.revision(),
                    kv.modRevision());
        }
        KeyState before = index.load(kv.key(), packed, kv.isTombstone(), kv.createRevision(), kv.version());
        if (!follows(kv, before)) {
            throw new CorruptDatabaseException(
                    "history row " + Revision.unpack(packed) + " does not follow its key's version before it",
                    kv.modRevision());
        }
        if (kv.lease() != 0) {
            attachments.put(kv.key(), kv.lease());
        } else {
            attachments.remove(kv.key());
        }
    }

    /** Whether the version fits to the one before it. What a compaction at or above it took cannot be checked. */
    private boolean follows(KeyValue kv, @Nullable KeyState before) {
        if (kv.isTombstone()) {
            return kv.createRevision() == 0 && kv.lease() == 0;
        }
        if (kv.modRevision() <= meta.compactRevision()) {
            return kv.createRevision() <= kv.modRevision() && kv.version() > 0;
        }
        return before == null
                ? kv.version() == 1 && kv.createRevision() == kv.modRevision()
                : kv.version() == before.version() + 1 && kv.createRevision() == before.createRevision();
    }
}
