package io.quorlite.mvcc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The key space on sorted maps: what the one on SQLite is compared with. It holds callers to the contract of {@link KeySpace}:
 * what the contract forbids throws here. Not thread-safe.
 */
public final class MapKeySpace implements KeySpace {
    /** Versions of each key by packed revision. */
    private final TreeMap<Bytes, TreeMap<Long, KeyValue>> histories = new TreeMap<>();

    private long currentRevision = 1;
    private long compactRevision = -1;
    private long lastPacked = Revision.lastOf(1);

    @Override
    public long currentRevision() {
        return currentRevision;
    }

    @Override
    public long compactRevision() {
        return compactRevision;
    }

    @Override
    public long count(KeyRange range, long revision) {
        long[] count = {0};
        scan(range, revision, false, kv -> {
            count[0]++;
            return true;
        });
        return count[0];
    }

    @Override
    public void scan(KeyRange range, long revision, boolean values, RowVisitor visitor) {
        requireReadable(revision);
        for (Map.Entry<Bytes, TreeMap<Long, KeyValue>> entry : histories(range).entrySet()) {
            KeyValue kv = aliveAt(entry.getValue(), revision);
            if (kv != null && !visitor.row(values ? kv : kv.withoutValue())) {
                return;
            }
        }
    }

    @Override
    public @Nullable KeyValue get(Bytes key, long revision) {
        requireReadable(revision);
        TreeMap<Long, KeyValue> history = histories.get(key);
        return history == null ? null : aliveAt(history, revision);
    }

    @Override
    public @Nullable KeyState latest(Bytes key) {
        KeyValue kv = get(key, LATEST);
        return kv == null ? null : new KeyState(kv.createRevision(), kv.modRevision(), kv.version());
    }

    @Override
    public void append(Revision revision, KeyValue kv) {
        require(revision.packed() > lastPacked, () -> "revision " + revision + " is not above all before");
        require(kv.modRevision() == revision.main(), () -> "row of another revision: " + kv);
        require(
                !kv.isTombstone() || latest(kv.key()) != null,
                () -> "tombstone of a key that is not alive: " + kv.key());
        lastPacked = revision.packed();
        histories.computeIfAbsent(kv.key(), key -> new TreeMap<>()).put(revision.packed(), kv);
    }

    @Override
    public void complete(long main) {
        require(
                main == Revision.mainOf(lastPacked) && main > currentRevision,
                () -> "revision " + main + " has no changes");
        currentRevision = main;
        lastPacked = Revision.lastOf(main);
    }

    @Override
    public void compact(long revision) {
        require(revision > compactRevision && revision <= currentRevision, () -> "cannot compact at " + revision);
        compactRevision = revision;
        histories.values().forEach(history -> compact(history, revision));
        histories.values().removeIf(TreeMap::isEmpty);
    }

    /** All rows kept, tombstones included, of main revisions {@code from} to {@code to}, both included, in revision order. */
    public List<KeyEvent> history(long from, long to) {
        TreeMap<Long, KeyEvent> rows = new TreeMap<>();
        histories
                .values()
                .forEach(history -> history.subMap(Revision.firstOf(from), true, Revision.lastOf(to), true)
                        .forEach((packed, kv) -> rows.put(packed, new KeyEvent(kv, Revision.subOf(packed), null))));
        return new ArrayList<>(rows.values());
    }

    /** Keeps the newest version at or below {@code revision}; a tombstone only at {@code revision} itself, for watchers. */
    private static void compact(NavigableMap<Long, KeyValue> history, long revision) {
        Map.Entry<Long, KeyValue> newest = history.floorEntry(Revision.lastOf(revision));
        if (newest == null) {
            return;
        }
        boolean keep = !newest.getValue().isTombstone() || newest.getValue().modRevision() == revision;
        history.headMap(newest.getKey(), !keep).clear();
    }

    private SortedMap<Bytes, TreeMap<Long, KeyValue>> histories(KeyRange range) {
        if (range.isEmpty()) {
            return new TreeMap<>();
        }
        Bytes to = range.to();
        return to == null ? histories.tailMap(range.from(), true) : histories.subMap(range.from(), true, to, false);
    }

    private static @Nullable KeyValue aliveAt(NavigableMap<Long, KeyValue> history, long revision) {
        Map.Entry<Long, KeyValue> newest =
                history.floorEntry(revision == LATEST ? Long.MAX_VALUE : Revision.lastOf(revision));
        return newest == null || newest.getValue().isTombstone() ? null : newest.getValue();
    }

    private void requireReadable(long revision) {
        require(
                revision == LATEST || (revision >= compactRevision && revision <= currentRevision),
                () -> "read at revision " + revision + ", compacted at " + compactRevision + ", current "
                        + currentRevision);
    }

    private static void require(boolean condition, Supplier<String> message) {
        if (!condition) {
            throw new IllegalStateException(message.get());
        }
    }
}
