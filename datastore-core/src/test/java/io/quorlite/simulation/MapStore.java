package io.quorlite.simulation;

import io.quorlite.lease.Lease;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyState;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MapKeySpace;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Revision;
import io.quorlite.sqlite.CopiedDatabase;
import io.quorlite.sqlite.DatabaseSize;
import io.quorlite.sqlite.HistoryBatch;
import io.quorlite.sqlite.HistoryHash;
import io.quorlite.sqlite.Store;
import io.quorlite.sqlite.StorePosition;
import io.quorlite.system.SystemRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A store on sorted maps over a {@link StoreJournal}. Not thread-safe: for one thread that does everything. */
final class MapStore implements Store {
    private static final StorePosition EMPTY = new StorePosition(1, -1, 0, 0, 0, 0);

    private final StoreJournal journal;
    private final MapStores stores;
    private final MapKeySpace keys = new MapKeySpace();
    private final TreeMap<Long, Lease> leases = new TreeMap<>();
    private final TreeMap<String, SystemRecord> records = new TreeMap<>();
    private final Recorder recorder = new Recorder();
    private final List<StoreJournal.Change> open = new ArrayList<>();
    private StorePosition position = EMPTY;
    private long clusterId;
    private boolean begun;

    MapStore(StoreJournal journal, MapStores stores) {
        this.journal = journal;
        this.stores = stores;
        for (StoreJournal.Batch batch : journal.batches()) {
            batch.changes().forEach(this::replay);
            position = batch.after();
        }
        clusterId = position.clusterId();
    }

    private void replay(StoreJournal.Change change) {
        if (change instanceof StoreJournal.Change.Append append) {
            keys.append(append.revision(), append.kv());
        } else if (change instanceof StoreJournal.Change.Complete complete) {
            keys.complete(complete.main());
        } else if (change instanceof StoreJournal.Change.Compact compact) {
            keys.compact(compact.revision());
        } else if (change instanceof StoreJournal.Change.SaveLease save) {
            leases.put(save.lease().id(), save.lease());
        } else if (change instanceof StoreJournal.Change.DeleteLease delete) {
            leases.remove(delete.id());
        } else if (change instanceof StoreJournal.Change.SaveRecord save) {
            records.put(save.record().name(), save.record());
        } else if (change instanceof StoreJournal.Change.DeleteRecord delete) {
            records.remove(delete.name());
        }
    }

    private void change(StoreJournal.Change change) {
        if (!begun) {
            throw new IllegalStateException("no batch is open");
        }
        replay(change);
        open.add(change);
    }

    @Override
    public void restoreLeases(Consumer<Lease> granted, BiConsumer<Bytes, Long> attached) {
        leases.values().forEach(granted);
        keys.scan(KeyRange.all(), KeySpace.LATEST, false, kv -> {
            if (kv.lease() != 0) {
                attached.accept(kv.key(), kv.lease());
            }
            return true;
        });
    }

    @Override
    public List<SystemRecord> takeRecords() {
        return List.copyOf(records.values());
    }

    @Override
    public void begin() {
        begun = true;
    }

    @Override
    public KeySpace keySpace() {
        return recorder;
    }

    @Override
    public void saveLease(Lease lease) {
        change(new StoreJournal.Change.SaveLease(lease));
    }

    @Override
    public void deleteLease(long leaseId) {
        change(new StoreJournal.Change.DeleteLease(leaseId));
    }

    @Override
    public void saveRecord(SystemRecord record) {
        change(new StoreJournal.Change.SaveRecord(record));
    }

    @Override
    public void deleteRecord(String name) {
        change(new StoreJournal.Change.DeleteRecord(name));
    }

    @Override
    public void clusterId(long id) {
        clusterId = id;
    }

    @Override
    public @Nullable KeyValue previous(Bytes key, long main) {
        return main - 1 < keys.compactRevision() ? null : keys.get(key, main - 1);
    }

    @Override
    public void commit(long appliedIndex, long appliedTerm, long stateHash, Runnable beforeVisible) {
        StorePosition after = new StorePosition(
                keys.currentRevision(), keys.compactRevision(), appliedIndex, appliedTerm, stateHash, clusterId);
        journal.commit(new StoreJournal.Batch(open, after));
        open.clear();
        begun = false;
        beforeVisible.run();
        position = after;
    }

    @Override
    public boolean isCompactionPending() {
        return false; // MapKeySpace removes rows at once
    }

    @Override
    public boolean compactSlice(int rowsMax) {
        return true;
    }

    @Override
    public StorePosition position() {
        return position;
    }

    @Override
    public <T> T read(Function<KeySpace, T> evaluation) {
        return evaluation.apply(keys);
    }

    @Override
    public HistoryBatch history(
            long from, long to, Predicate<Bytes> wanted, boolean prevKv, int revisionsMax, long bytesMax) {
        if (from < position.compactRevision()) {
            throw new MvccException(MvccException.Kind.COMPACTED, "revision " + from);
        }
        long last = Math.min(to, position.revision());
        List<KeyEvent> events = new ArrayList<>();
        int revisions = 0;
        long bytes = 0;
        for (long main = from; main <= last; main++) {
            List<KeyEvent> found = keys.history(main, main).stream()
                    .filter(event -> wanted.test(event.kv().key()))
                    .toList();
            events.addAll(found);
            revisions += found.isEmpty() ? 0 : 1;
            bytes += found.stream()
                    .mapToLong(event ->
                            event.kv().key().length() + event.kv().value().length())
                    .sum();
            if (revisions >= revisionsMax || bytes >= bytesMax) {
                return new HistoryBatch(events, main + 1);
            }
        }
        return new HistoryBatch(events, last + 1);
    }

    @Override
    public HistoryHash hash(long revision) {
        long upTo = revision == 0 ? position.revision() : revision;
        return new HistoryHash(keys.history(1, upTo).hashCode(), upTo, position.compactRevision(), position.revision());
    }

    @Override
    public DatabaseSize size() {
        return new DatabaseSize(0, 0);
    }

    @Override
    public long persist() {
        journal.persist();
        return position.appliedIndex();
    }

    @Override
    public CopiedDatabase copyTo(Path target) {
        stores.put(target, journal.copy());
        return new CopiedDatabase(position, 0);
    }

    @Override
    public void close() {
        journal.persist();
    }

    @Override
    public void abandon() {}

    /** The key space of the writer: what it changes is in the open batch. */
    private final class Recorder implements KeySpace {
        @Override
        public long currentRevision() {
            return keys.currentRevision();
        }

        @Override
        public long compactRevision() {
            return keys.compactRevision();
        }

        @Override
        public long count(KeyRange range, long revision) {
            return keys.count(range, revision);
        }

        @Override
        public void scan(KeyRange range, long revision, boolean values, RowVisitor visitor) {
            keys.scan(range, revision, values, visitor);
        }

        @Override
        public @Nullable KeyValue get(Bytes key, long revision) {
            return keys.get(key, revision);
        }

        @Override
        public @Nullable KeyState latest(Bytes key) {
            return keys.latest(key);
        }

        @Override
        public void append(Revision revision, KeyValue kv) {
            change(new StoreJournal.Change.Append(revision, kv));
        }

        @Override
        public void complete(long main) {
            change(new StoreJournal.Change.Complete(main));
        }

        @Override
        public void compact(long revision) {
            change(new StoreJournal.Change.Compact(revision));
        }
    }
}
