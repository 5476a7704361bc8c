package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyState;
import io.quorlite.mvcc.Revision;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Where each version of each key is: a sorted map in the heap from key to packed revisions, in the manner of etcd's treeIndex.
 * One thread writes, any number read at the same time.
 *
 * <p>The index may be ahead of what readers may see, and a compaction may take away what a slow reader still looks for.
 * Readers therefore ask with a limit, the last packed revision visible to them, and check afterwards that no compaction
 * passed it.
 */
final class KeyIndex {
    private final ConcurrentSkipListMap<Bytes, KeyHistory> keys = new ConcurrentSkipListMap<>();

    /** The largest packed revision that belongs to {@code main} or one before it. */
    static long limitOf(long main) {
        return main >= Revision.MAIN_MAX ? Long.MAX_VALUE : Revision.lastOf(main);
    }

    /** Adds a version. Writer only; {@code packed} is above all before. */
    void append(Bytes key, long packed, boolean tombstone, long createRevision, long version) {
        KeyHistory history = keys.get(key);
        if (history != null) {
            history.append(packed, tombstone, createRevision, version);
            return;
        }
        // Filled before it goes into the map, so that no reader finds a history without versions.
        KeyHistory created = new KeyHistory();
        created.append(packed, tombstone, createRevision, version);
        keys.put(key, created);
    }

    /** The newest version's numbers, or null where the key is absent. Writer only. */
    @Nullable KeyState latest(Bytes key) {
        KeyHistory history = keys.get(key);
        return history == null ? null : history.latest();
    }

    /** The key's newest version at or below {@code limit}: its packed revision, negated for a tombstone, 0 for none. */
    long floor(Bytes key, long limit) {
        KeyHistory history = keys.get(key);
        return history == null ? 0 : history.floor(limit);
    }

    /** Counts the keys alive at {@code limit}. */
    long count(KeyRange range, long limit) {
        if (range.single()) {
            return floor(range.from(), limit) > 0 ? 1 : 0;
        }
        long count = 0;
        for (KeyHistory history : within(range).values()) {
            if (history.floor(limit) > 0) {
                count++;
            }
        }
        return count;
    }

    /** Visits the keys alive at {@code limit} in key order until the visitor returns false. */
    void scan(KeyRange range, long limit, Visitor visitor) {
        if (range.single()) {
            long packed = floor(range.from(), limit);
            if (packed > 0) {
                visitor.visit(range.from(), packed);
            }
            return;
        }
        for (Map.Entry<Bytes, KeyHistory> entry : within(range).entrySet()) {
            long packed = entry.getValue().floor(limit);
            if (packed > 0 && !visitor.visit(entry.getKey(), packed)) {
                return;
            }
        }
    }

    /**
     * Drops superseded versions of up to {@code keysMax} keys after {@code after} and gives their packed revisions to {@code
     * dropped}. Writer only.
     *
     * @param after where an earlier call stopped, null to begin
     * @return where this call stopped, null at the end
     */
    @Nullable Bytes compact(@Nullable Bytes after, int keysMax, long compacted, KeyHistory.LongSink dropped) {
        int visited = 0;
        for (Map.Entry<Bytes, KeyHistory> entry : (after == null ? keys : keys.tailMap(after, false)).entrySet()) {
            if (!entry.getValue().compact(compacted, dropped)) {
                keys.remove(entry.getKey());
            }
            if (++visited == keysMax) {
                return entry.getKey();
            }
        }
        return null;
    }

    private ConcurrentNavigableMap<Bytes, KeyHistory> within(KeyRange range) {
        Bytes to = range.to();
        if (to == null) {
            return range.from().isEmpty() ? keys : keys.tailMap(range.from(), true);
        }
        // An empty range may be given upside down, which the map would refuse.
        return keys.subMap(range.from(), true, range.isEmpty() ? range.from() : to, false);
    }

    /** Receives keys that are alive. */
    @FunctionalInterface
    interface Visitor {
        /** Takes a key; returns whether to go on. */
        boolean visit(Bytes key, long packed);
    }
}
