package io.quorlite.watch;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Watchers by what they watch: single keys in a hash map, distinct ranges in an interval tree. However many watchers share a
 * range, it is matched once. Not thread-safe.
 */
final class WatcherIndex {
    /** The watchers of one range, by how they filter. */
    private static final class SameRange {
        private static final int NO_PUT = 1;
        private static final int NO_DELETE = 2;

        private final @Nullable WatcherGroup[] groups = new @Nullable WatcherGroup[(NO_PUT | NO_DELETE) + 1];

        WatcherGroup groupOf(WatchRequest request) {
            int filter = (request.noPut() ? NO_PUT : 0) | (request.noDelete() ? NO_DELETE : 0);
            WatcherGroup group = groups[filter];
            if (group == null) {
                group = new WatcherGroup(request.noPut(), request.noDelete());
                groups[filter] = group;
            }
            return group;
        }

        void collect(KeyEvent event, List<WatcherGroup> into) {
            for (WatcherGroup group : groups) {
                if (group != null && group.accepts(event)) {
                    into.add(group);
                }
            }
        }

        boolean isEmpty() {
            for (WatcherGroup group : groups) {
                if (group != null && !group.isEmpty()) {
                    return false;
                }
            }
            return true;
        }
    }

    private final Map<Bytes, SameRange> keys = new HashMap<>();
    private final IntervalTree<SameRange> ranges = new IntervalTree<>();

    void add(Watcher watcher) {
        KeyRange range = watcher.request.keys();
        SameRange same = range.single()
                ? keys.computeIfAbsent(range.from(), key -> new SameRange())
                : ranges.computeIfAbsent(range, SameRange::new);
        same.groupOf(watcher.request).add(watcher);
    }

    void remove(Watcher watcher) {
        KeyRange range = watcher.request.keys();
        SameRange same = range.single() ? keys.get(range.from()) : ranges.get(range);
        if (same == null) {
            throw new IllegalStateException("watcher is not in the index: " + watcher.request);
        }
        same.groupOf(watcher.request).remove(watcher);
        if (!same.isEmpty()) {
            return;
        }
        if (range.single()) {
            keys.remove(range.from());
        } else {
            ranges.remove(range);
        }
    }

    /** Whether any watcher's range holds {@code key}; safe from several threads while none changes the index. */
    boolean wants(Bytes key) {
        return keys.containsKey(key) || ranges.containsKey(key);
    }

    /** Adds the groups that want {@code event} to {@code into}, each once. */
    void collect(KeyEvent event, List<WatcherGroup> into) {
        Bytes key = event.kv().key();
        SameRange same = keys.get(key);
        if (same != null) {
            same.collect(event, into);
        }
        ranges.visit(key, found -> found.collect(event, into));
    }
}
