package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyState;
import io.quorlite.mvcc.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Where each version of each key is: a sorted map in the heap from key to packed revisions, in the manner of etcd's treeIndex.
 * One thread writes, any number read at the same time.
 *
 * <p>The map is a directory of {@link KeyChunk}s in key order. A new key, or one that comes to life or dies, replaces its chunk in
 * the directory; a chunk too full, or empty, makes a new directory. Which chunk a living key is in never changes within one
 * directory, so that a reader who holds one meets each key once.
 *
 * <p>The index may be ahead of what readers may see, and a compaction may take away what a slow reader still looks for.
 * Readers therefore ask with a limit, the last packed revision visible to them, and check afterwards that no compaction
 * passed it. All that is at or below the limit was in the index before the limit became visible.
 */
final class KeyIndex {
    private volatile AtomicReferenceArray<KeyChunk> directory = directory(List.of(KeyChunk.EMPTY));

    /** The largest packed revision that belongs to {@code main} or one before it. */
    static long limitOf(long main) {
        return main >= Revision.MAIN_MAX ? Long.MAX_VALUE : Revision.lastOf(main);
    }

    /** Adds a version; returns its key's history. Writer only; {@code packed} is above all before. */
    KeyHistory append(Bytes key, long packed, boolean tombstone, long createRevision, long version) {
        AtomicReferenceArray<KeyChunk> chunks = directory;
        int number = chunkOf(chunks, key);
        int at = chunks.get(number).search(key);
        return at < 0
                ? appendNew(chunks, number, -at - 1, key, packed, tombstone, createRevision, version)
                : append(chunks, number, at, packed, tombstone, createRevision, version);
    }

    /** The same, for a scan of the history; returns the numbers of the version before it, null where the key was absent. */
    @Nullable KeyState load(Bytes key, long packed, boolean tombstone, long createRevision, long version) {
        AtomicReferenceArray<KeyChunk> chunks = directory;
        int number = chunkOf(chunks, key);
        KeyChunk chunk = chunks.get(number);
        int at = chunk.search(key);
        if (at < 0) {
            appendNew(chunks, number, -at - 1, key, packed, tombstone, createRevision, version);
            return null;
        }
        KeyState before = chunk.histories()[at].latest();
        append(chunks, number, at, packed, tombstone, createRevision, version);
        return before;
    }

    private KeyHistory appendNew(
            AtomicReferenceArray<KeyChunk> chunks,
            int number,
            int at,
            Bytes key,
            long packed,
            boolean tombstone,
            long createRevision,
            long version) {
        // Filled before it goes into the map, so that no reader finds a history without versions.
        KeyHistory created = new KeyHistory();
        created.append(packed, tombstone, createRevision, version);
        insert(chunks, number, at, key, created, !tombstone, packed);
        return created;
    }

    private static KeyHistory append(
            AtomicReferenceArray<KeyChunk> chunks,
            int number,
            int at,
            long packed,
            boolean tombstone,
            long createRevision,
            long version) {
        KeyChunk chunk = chunks.get(number);
        KeyHistory history = chunk.histories()[at];
        boolean lived = history.newest() > 0;
        history.append(packed, tombstone, createRevision, version);
        if (lived == tombstone) {
            chunks.set(number, chunk.changed(!tombstone, packed));
        }
        return history;
    }

    private void insert(
            AtomicReferenceArray<KeyChunk> chunks,
            int number,
            int at,
            Bytes key,
            KeyHistory history,
            boolean lives,
            long packed) {
        KeyChunk chunk = chunks.get(number);
        if (!chunk.isFull()) {
            chunks.set(number, chunk.with(at, key, history, lives, packed));
            return;
        }
        // Keys that come in order leave full chunks behind them.
        int half = number == chunks.length() - 1 && at == chunk.size() ? chunk.size() : chunk.size() / 2;
        KeyChunk low = chunk.part(0, half);
        KeyChunk high = chunk.part(half, chunk.size());
        if (at < half) {
            low = low.with(at, key, history, lives, packed);
        } else {
            high = high.with(at - half, key, history, lives, packed);
        }
        List<KeyChunk> more = new ArrayList<>(chunks.length() + 1);
        for (int i = 0; i < chunks.length(); i++) {
            if (i == number) {
                more.add(low);
                more.add(high);
            } else {
                more.add(chunks.get(i));
            }
        }
        directory = directory(more);
    }

    /** The newest version's numbers, or null where the key is absent. Writer only. */
    @Nullable KeyState latest(Bytes key) {
        KeyHistory history = history(key);
        return history == null ? null : history.latest();
    }

    /** The versions of {@code key}, or null where there are none. */
    @Nullable KeyHistory history(Bytes key) {
        AtomicReferenceArray<KeyChunk> chunks = directory;
        return chunks.get(chunkOf(chunks, key)).history(key);
    }

    /** The key's newest version at or below {@code limit}: its packed revision, negated for a tombstone, 0 for none. */
    long floor(Bytes key, long limit) {
        KeyHistory history = history(key);
        return history == null ? 0 : history.floor(limit);
    }

    /** How many chunks there are: what a count of everything looks at. */
    int chunkCount() {
        return directory.length();
    }

    /** Counts the keys alive at {@code limit}. */
    long count(KeyRange range, long limit) {
        if (range.single()) {
            return floor(range.from(), limit) > 0 ? 1 : 0;
        }
        if (range.isEmpty()) {
            return 0;
        }
        AtomicReferenceArray<KeyChunk> chunks = directory;
        int first = chunkOf(chunks, range.from());
        Bytes to = range.to();
        int last = to == null ? chunks.length() - 1 : chunkOf(chunks, to);
        long count = 0;
        for (int i = first; i <= last; i++) {
            KeyChunk chunk = chunks.get(i);
            int begin = i == first ? chunk.ceiling(range.from()) : 0;
            int end = i == last && to != null ? chunk.ceiling(to) : chunk.size();
            count += chunk.alive(begin, end, limit);
        }
        return count;
    }

    /** Visits the keys alive at {@code limit} in key order until the visitor returns false. */
    void scan(KeyRange range, long limit, Visitor visitor) {
        if (range.isEmpty()) {
            return;
        }
        AtomicReferenceArray<KeyChunk> chunks = directory;
        int first = chunkOf(chunks, range.from());
        Bytes to = range.to();
        for (int i = first; i < chunks.length(); i++) {
            KeyChunk chunk = chunks.get(i);
            for (int at = i == first ? chunk.ceiling(range.from()) : 0; at < chunk.size(); at++) {
                Bytes key = chunk.keys()[at];
                if (to != null && key.compareTo(to) >= 0) {
                    return;
                }
                KeyHistory history = chunk.histories()[at];
                long packed = history.floor(limit);
                if (packed > 0 && !visitor.visit(key, packed, history)) {
                    return;
                }
            }
        }
    }

    /**
     * Drops superseded versions of the keys after {@code after}, chunk by chunk until {@code keysMax} were looked at, and gives
     * their packed revisions to {@code dropped}. Writer only.
     *
     * @param after where an earlier call stopped, null to begin
     * @return where this call stopped, null at the end
     */
    @Nullable Bytes compact(@Nullable Bytes after, int keysMax, long compacted, KeyHistory.LongSink dropped) {
        AtomicReferenceArray<KeyChunk> chunks = directory;
        int number = after == null ? 0 : chunkBehind(chunks, after);
        int first = number;
        List<KeyChunk> kept = new ArrayList<>();
        boolean shrunk = false;
        int visited = 0;
        Bytes stopped = null;
        for (; number < chunks.length() && visited < keysMax; number++) {
            KeyChunk chunk = chunks.get(number);
            KeyChunk rest = chunk.compacted(compacted, dropped);
            shrunk |= rest != chunk;
            kept.add(rest);
            visited += chunk.size();
            stopped = chunk.size() == 0 ? stopped : chunk.keys()[chunk.size() - 1];
        }
        if (shrunk) {
            // Not chunk by chunk: who looks for a key must find none in the directory that is empty.
            directory = replaced(chunks, first, kept);
        }
        return number == chunks.length() ? null : stopped;
    }

    /** A directory with {@code kept} in place of as many chunks from {@code first} on; none empty, and no two that fit in half of one. */
    private static AtomicReferenceArray<KeyChunk> replaced(
            AtomicReferenceArray<KeyChunk> chunks, int first, List<KeyChunk> kept) {
        List<KeyChunk> fewer = new ArrayList<>(chunks.length());
        for (int i = 0; i < chunks.length(); i++) {
            boolean visited = i >= first && i < first + kept.size();
            KeyChunk chunk = visited ? kept.get(i - first) : chunks.get(i);
            int last = fewer.size() - 1;
            if (last >= 0 && fewer.get(last).size() + chunk.size() <= KeyChunk.KEYS_MAX / 2) {
                fewer.set(last, fewer.get(last).and(chunk));
            } else if (chunk.size() > 0) {
                fewer.add(chunk);
            }
        }
        return directory(fewer.isEmpty() ? List.of(KeyChunk.EMPTY) : fewer);
    }

    private static AtomicReferenceArray<KeyChunk> directory(List<KeyChunk> chunks) {
        return new AtomicReferenceArray<>(chunks.toArray(new KeyChunk[0]));
    }

    /** The number of the last chunk that begins at or before {@code key}, or of the first. */
    private static int chunkOf(AtomicReferenceArray<KeyChunk> chunks, Bytes key) {
        int low = 0;
        int high = chunks.length() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            KeyChunk chunk = chunks.get(middle);
            if (chunk.size() > 0 && chunk.keys()[0].compareTo(key) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The number of the first chunk that has a key above {@code key}; how many there are where none has. */
    private static int chunkBehind(AtomicReferenceArray<KeyChunk> chunks, Bytes key) {
        int number = chunkOf(chunks, key);
        KeyChunk chunk = chunks.get(number);
        boolean reachesBeyond = chunk.size() > 0 && chunk.keys()[chunk.size() - 1].compareTo(key) > 0;
        return reachesBeyond ? number : number + 1;
    }

    /** Receives keys that are alive. */
    @FunctionalInterface
    interface Visitor {
        /** Takes a key; returns whether to go on. */
        boolean visit(Bytes key, long packed, KeyHistory history);
    }
}
