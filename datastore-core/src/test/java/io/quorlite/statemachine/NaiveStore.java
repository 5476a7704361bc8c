package io.quorlite.statemachine;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.OpResult;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * etcd's semantics written down as plainly as can be, to compare the real thing with: every revision is a full copy of the
 * state, every transaction is tried on copies, nothing is clever or fast. It shares no code with what it checks but the values.
 */
public final class NaiveStore {
    /** The whole state at each main revision. */
    public final TreeMap<Long, TreeMap<Bytes, KeyValue>> states = new TreeMap<>(Map.of(1L, new TreeMap<>()));

    public final TreeSet<Long> leases = new TreeSet<>();
    public long compacted = -1;

    /** What the last transaction or revocation changed. */
    public List<KeyEvent> events = new ArrayList<>();

    public long current() {
        return states.lastKey();
    }

    public SortedMap<Bytes, KeyValue> newest() {
        return states.lastEntry().getValue();
    }

    public TxnResult txn(Txn txn) {
        events = new ArrayList<>();
        SortedMap<Bytes, KeyValue> before = newest();
        boolean alone = txn.compares().isEmpty()
                && txn.failure().isEmpty()
                && txn.success().size() == 1;
        tryPuts(txn, before, new TreeMap<>(before), alone);
        tryRanges(txn, before);
        TreeMap<Bytes, KeyValue> work = new TreeMap<>(before);
        TxnResult result = run(txn, before, work);
        if (!events.isEmpty()) {
            states.put(current() + 1, work);
        }
        return new TxnResult(current(), result.succeeded(), result.results());
    }

    RangeResult range(Op.Range op) {
        return select(op, newest(), current());
    }

    public long compact(long revision) {
        refuseIf(revision <= compacted, MvccException.Kind.COMPACTED);
        refuseIf(revision > current(), MvccException.Kind.FUTURE_REVISION);
        compacted = revision;
        return current();
    }

    public void grant(long id) {
        refuseIf(id == 0, MvccException.Kind.LEASE_NOT_FOUND);
        refuseIf(!leases.add(id), MvccException.Kind.LEASE_EXISTS);
    }

    public long revoke(long id) {
        refuseIf(!leases.remove(id), MvccException.Kind.LEASE_NOT_FOUND);
        events = new ArrayList<>();
        TreeMap<Bytes, KeyValue> work = new TreeMap<>(newest());
        for (KeyValue kv : newest().values()) {
            if (kv.lease() == id) {
                delete(kv.key(), work);
            }
        }
        if (!events.isEmpty()) {
            states.put(current() + 1, work);
        }
        return current();
    }

    List<Bytes> keysOf(long lease) {
        return newest().values().stream()
                .filter(kv -> kv.lease() == lease)
                .map(KeyValue::key)
                .collect(Collectors.toList());
    }

    private void tryPuts(Txn txn, SortedMap<Bytes, KeyValue> before, SortedMap<Bytes, KeyValue> work, boolean alone) {
        for (Op op : chosen(txn, before)) {
            if (op instanceof Op.Put put) {
                boolean leaseMissing = put.lease() != 0 && !leases.contains(put.lease());
                refuseIf(alone && leaseMissing, MvccException.Kind.LEASE_NOT_FOUND);
                boolean keyMissing = !before.containsKey(put.key()) || !work.containsKey(put.key());
                refuseIf((put.ignoreValue() || put.ignoreLease()) && keyMissing, MvccException.Kind.KEY_NOT_FOUND);
                refuseIf(leaseMissing, MvccException.Kind.LEASE_NOT_FOUND);
                work.put(put.key(), new KeyValue(put.key(), put.value(), 1, 1, 1, 0));
            } else if (op instanceof Op.DeleteRange delete) {
                work.keySet().removeIf(delete.keys()::contains);
            } else if (op instanceof Op.Nested nested) {
                tryPuts(nested.txn(), before, work, false);
            }
        }
    }

    private void tryRanges(Txn txn, SortedMap<Bytes, KeyValue> before) {
        for (Op op : chosen(txn, before)) {
            if (op instanceof Op.Range range && range.revision() != 0) {
                refuseIf(range.revision() > current(), MvccException.Kind.FUTURE_REVISION);
                refuseIf(range.revision() < compacted, MvccException.Kind.COMPACTED);
            } else if (op instanceof Op.Nested nested) {
                tryRanges(nested.txn(), before);
            }
        }
    }

    private TxnResult run(Txn txn, SortedMap<Bytes, KeyValue> before, SortedMap<Bytes, KeyValue> work) {
        List<OpResult> results = new ArrayList<>();
        for (Op op : chosen(txn, before)) {
            if (op instanceof Op.Put put) {
                results.add(put(put, work));
            } else if (op instanceof Op.DeleteRange delete) {
                List<KeyValue> gone = within(delete.keys(), work);
                gone.forEach(kv -> delete(kv.key(), work));
                results.add(new OpResult.DeleteRange(seen(), gone.size(), delete.prevKv() ? gone : List.of()));
            } else if (op instanceof Op.Range range) {
                results.add(new OpResult.Range(select(range, work, seen())));
            } else if (op instanceof Op.Nested nested) {
                results.add(new OpResult.Nested(run(nested.txn(), before, work)));
            }
        }
        return new TxnResult(0, holds(txn, before), results);
    }

    private OpResult put(Op.Put op, SortedMap<Bytes, KeyValue> work) {
        @Nullable KeyValue old = work.get(op.key());
        long revision = current() + 1;
        KeyValue kv = new KeyValue(
                op.key(),
                op.ignoreValue() && old != null ? old.value() : op.value(),
                old == null ? revision : old.createRevision(),
                revision,
                old == null ? 1 : old.version() + 1,
                op.ignoreLease() && old != null ? old.lease() : op.lease());
        work.put(op.key(), kv);
        events.add(new KeyEvent(kv, events.size(), null));
        return new OpResult.Put(revision, op.prevKv() ? old : null);
    }

    private void delete(Bytes key, SortedMap<Bytes, KeyValue> work) {
        work.remove(key);
        events.add(new KeyEvent(KeyValue.tombstone(key, current() + 1), events.size(), null));
    }

    /** The store's revision as a transaction in progress shows it. */
    private long seen() {
        return events.isEmpty() ? current() : current() + 1;
    }

    private List<Op> chosen(Txn txn, SortedMap<Bytes, KeyValue> before) {
        return holds(txn, before) ? txn.success() : txn.failure();
    }

    private static boolean holds(Txn txn, SortedMap<Bytes, KeyValue> before) {
        return txn.compares().stream().allMatch(compare -> holds(compare, before));
    }

    private static boolean holds(Compare compare, SortedMap<Bytes, KeyValue> before) {
        List<KeyValue> rows = within(compare.range(), before);
        if (rows.isEmpty() && compare.target() == Compare.Target.VALUE) {
            return false;
        }
        if (rows.isEmpty()) {
            rows = List.of(new KeyValue(Bytes.EMPTY, Bytes.EMPTY, 0, 0, 0, 0));
        }
        return rows.stream().allMatch(kv -> holds(compare, kv));
    }

    private static boolean holds(Compare compare, KeyValue kv) {
        int order;
        if (compare.target() == Compare.Target.VALUE) {
            order = kv.value().compareTo(compare.value());
        } else {
            order = Long.compare(number(compare.target(), kv), compare.number());
        }
        if (compare.relation() == Compare.Relation.EQUAL) {
            return order == 0;
        }
        if (compare.relation() == Compare.Relation.NOT_EQUAL) {
            return order != 0;
        }
        return compare.relation() == Compare.Relation.LESS ? order < 0 : order > 0;
    }

    private static long number(Compare.Target target, KeyValue kv) {
        return switch (target) {
            case VERSION -> kv.version();
            case CREATE_REVISION -> kv.createRevision();
            case MOD_REVISION -> kv.modRevision();
            case LEASE -> kv.lease();
            case VALUE -> throw new AssertionError();
        };
    }

    private RangeResult select(Op.Range op, SortedMap<Bytes, KeyValue> view, long revision) {
        refuseIf(op.revision() > revision, MvccException.Kind.FUTURE_REVISION);
        boolean newest = op.revision() <= 0 || op.revision() == revision;
        refuseIf((newest ? revision : op.revision()) < compacted, MvccException.Kind.COMPACTED);
        List<KeyValue> all = within(op.keys(), newest ? view : stateAt(op.revision()));
        if (op.countOnly()) {
            return new RangeResult(revision, List.of(), all.size(), false);
        }
        List<KeyValue> rows = new ArrayList<>(all);
        boolean bounded = op.minModRevision() != 0
                || op.maxModRevision() != 0
                || op.minCreateRevision() != 0
                || op.maxCreateRevision() != 0;
        if (op.limit() > 0 && op.sortOrder() == Op.SortOrder.NONE && !bounded && rows.size() > op.limit()) {
            rows = new ArrayList<>(rows.subList(0, (int) op.limit() + 1)); // etcd cuts before it sorts
        }
        rows.removeIf(kv -> op.minModRevision() != 0 && kv.modRevision() < op.minModRevision());
        rows.removeIf(kv -> op.maxModRevision() != 0 && kv.modRevision() > op.maxModRevision());
        rows.removeIf(kv -> op.minCreateRevision() != 0 && kv.createRevision() < op.minCreateRevision());
        rows.removeIf(kv -> op.maxCreateRevision() != 0 && kv.createRevision() > op.maxCreateRevision());
        int sign = op.sortOrder() == Op.SortOrder.DESCEND ? -1 : 1;
        rows.sort((a, b) -> sign * by(op.sortTarget()).compare(a, b));
        boolean more = op.limit() > 0 && rows.size() > op.limit();
        return new RangeResult(
                revision,
                rows.stream()
                        .limit(more ? op.limit() : Long.MAX_VALUE)
                        .map(kv -> op.keysOnly() ? kv.withoutValue() : kv)
                        .collect(Collectors.toList()),
                all.size(),
                more);
    }

    private SortedMap<Bytes, KeyValue> stateAt(long revision) {
        return states.floorEntry(revision).getValue();
    }

    private static Comparator<KeyValue> by(Op.SortTarget target) {
        return switch (target) {
            case KEY -> Comparator.comparing(KeyValue::key);
            case VERSION -> Comparator.comparing(KeyValue::version);
            case CREATE_REVISION -> Comparator.comparing(KeyValue::createRevision);
            case MOD_REVISION -> Comparator.comparing(KeyValue::modRevision);
            case VALUE -> Comparator.comparing(KeyValue::value);
        };
    }

    private static List<KeyValue> within(KeyRange range, SortedMap<Bytes, KeyValue> state) {
        return state.values().stream().filter(kv -> range.contains(kv.key())).collect(Collectors.toList());
    }

    private static void refuseIf(boolean condition, MvccException.Kind kind) {
        if (condition) {
            throw new MvccException(kind, "by the model");
        }
    }
}
