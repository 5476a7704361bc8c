package io.quorlite.watch;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A store whose history is a sorted map. What is written is committed at once and published by the caller; compaction throws
 * away what etcd's would, so that whoever reads too far back misses events. Thread-safe.
 */
final class FakeStore implements WatchHistory {
    /** One change of a transaction; a null value deletes. */
    record Change(Bytes key, @Nullable Bytes value) {}

    private final NavigableMap<Long, List<KeyEvent>> truth = new TreeMap<>();
    private final NavigableMap<Long, List<KeyEvent>> rows = new TreeMap<>();
    private final Map<Bytes, KeyValue> newest = new TreeMap<>();
    private long revision = 1;
    private long compactRevision = -1;
    private Runnable aroundReads = () -> {};
    private @Nullable RuntimeException readError;

    /** Runs {@code action} when a read of the history begins and again between reading the rows and their use. */
    void aroundReads(Runnable action) {
        aroundReads = action;
    }

    synchronized void failReads(RuntimeException error) {
        readError = error;
    }

    /** Commits a transaction; returns its events, none if it changed nothing, in which case the revision stays. */
    synchronized List<KeyEvent> commit(List<Change> changes) {
        List<KeyEvent> events = new ArrayList<>();
        for (Change change : changes) {
            KeyValue before = newest.get(change.key());
            if (change.value() != null) {
                long created = before == null ? revision + 1 : before.createRevision();
                long version = before == null ? 1 : before.version() + 1;
                KeyValue kv = new KeyValue(change.key(), change.value(), created, revision + 1, version, 0);
                newest.put(change.key(), kv);
                events.add(new KeyEvent(kv, events.size(), before));
            } else if (before != null) {
                newest.remove(change.key());
                events.add(new KeyEvent(KeyValue.tombstone(change.key(), revision + 1), events.size(), before));
            }
        }
        if (!events.isEmpty()) {
            revision++;
            truth.put(revision, List.copyOf(events));
            rows.put(revision, withoutPrevious(events));
        }
        return events;
    }

    private static List<KeyEvent> withoutPrevious(List<KeyEvent> events) {
        return new ArrayList<>(events.stream()
                .map(event -> new KeyEvent(event.kv(), event.sub(), null))
                .toList());
    }

    /** The events of {@code main} as the writer publishes them, which is without the versions before. */
    synchronized List<KeyEvent> eventsOf(long main) {
        return withoutPrevious(truth.getOrDefault(main, List.of()));
    }

    /** Keeps of each key the newest version at or below {@code to}, a deletion only if it happened at {@code to}. */
    synchronized void compact(long to) {
        if (to <= compactRevision || to > revision) {
            throw new IllegalArgumentException("cannot compact to " + to);
        }
        compactRevision = to;
        Map<Bytes, Long> kept = new TreeMap<>();
        rows.headMap(to, true)
                .forEach((main, events) -> events.forEach(event -> {
                    if (event.isDelete() && main < to) {
                        kept.remove(event.kv().key());
                    } else {
                        kept.put(event.kv().key(), main);
                    }
                }));
        for (Iterator<List<KeyEvent>> old = rows.headMap(to, true).values().iterator(); old.hasNext(); ) {
            List<KeyEvent> events = old.next();
            events.removeIf(event -> !Long.valueOf(event.kv().modRevision())
                    .equals(kept.get(event.kv().key())));
            if (events.isEmpty()) {
                old.remove();
            }
        }
    }

    @Override
    public WatchBatch read(long fromMain, long toMain, Predicate<Bytes> wanted, int revisionsMax, long bytesMax) {
        aroundReads.run();
        WatchBatch batch = readNow(fromMain, toMain, wanted, revisionsMax, bytesMax);
        aroundReads.run();
        return batch;
    }

    private synchronized WatchBatch readNow(
            long fromMain, long toMain, Predicate<Bytes> wanted, int revisionsMax, long bytesMax) {
        if (readError != null) {
            throw readError;
        }
        if (toMain > revision) {
            throw new AssertionError("read up to " + toMain + " at revision " + revision);
        }
        List<KeyEvent> found = new ArrayList<>();
        int revisions = 0;
        long bytes = 0;
        for (Map.Entry<Long, List<KeyEvent>> row :
                rows.subMap(fromMain, true, toMain, true).entrySet()) {
            List<KeyEvent> matching = row.getValue().stream()
                    .filter(event -> wanted.test(event.kv().key()))
                    .toList();
            found.addAll(matching);
            revisions += matching.isEmpty() ? 0 : 1;
            for (KeyEvent event : matching) {
                bytes += event.kv().key().length() + event.kv().value().length();
            }
            if (revisions >= revisionsMax || bytes >= bytesMax) {
                return new WatchBatch(found, row.getKey());
            }
        }
        return new WatchBatch(found, toMain);
    }

    @Override
    public synchronized long compactRevision() {
        return compactRevision;
    }

    @Override
    public synchronized @Nullable KeyValue before(Bytes key, long mainRevision) {
        return mainRevision - 1 < compactRevision ? null : alive(key, mainRevision - 1);
    }

    /** As the writer sees it: found also where a compaction has passed it. */
    synchronized @Nullable KeyValue beforeUncompacted(Bytes key, long mainRevision) {
        return alive(key, mainRevision - 1);
    }

    private @Nullable KeyValue alive(Bytes key, long revisionAt) {
        for (List<KeyEvent> events :
                truth.headMap(revisionAt, true).descendingMap().values()) {
            for (KeyEvent event : events) {
                if (event.kv().key().equals(key)) {
                    return event.isDelete() ? null : event.kv();
                }
            }
        }
        return null;
    }

    synchronized long revision() {
        return revision;
    }

    /** Everything that ever happened, compacted or not; each event with the version before. */
    synchronized NavigableMap<Long, List<KeyEvent>> truth() {
        return new TreeMap<>(truth);
    }
}
