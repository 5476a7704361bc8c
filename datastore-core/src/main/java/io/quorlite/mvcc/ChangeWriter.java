package io.quorlite.mvcc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the changes of one transaction: gives each its revision, appends it to the history, moves leases, and keeps the events.
 * Not thread-safe; used by the writer, one for each transaction.
 */
final class ChangeWriter {
    private final KeySpace keys;
    private final LeaseAttachments leases;
    private final long begin;
    private final int subLimit;
    private final List<KeyEvent> events = new ArrayList<>(1);
    private long main;
    private int sub;

    ChangeWriter(KeySpace keys, LeaseAttachments leases, int subLimit) {
        this.keys = keys;
        this.leases = leases;
        this.begin = keys.currentRevision();
        this.subLimit = subLimit;
        this.main = begin + 1;
    }

    /** The store's main revision as this transaction sees it: the one it began at until it changes something. */
    long revision() {
        return events.isEmpty() ? begin : main;
    }

    List<KeyEvent> events() {
        return events;
    }

    OpResult.Put put(Op.Put op) {
        KeyValue before =
                op.prevKv() || op.ignoreValue() || op.ignoreLease() ? keys.get(op.key(), KeySpace.LATEST) : null;
        Bytes value = op.ignoreValue() ? existing(before, op).value() : op.value();
        long lease = op.ignoreLease() ? existing(before, op).lease() : op.lease();
        KeyState state = keys.latest(op.key());
        Revision revision = nextRevision();
        append(revision, put(op.key(), value, lease, state, revision.main()));
        moveLease(op.key(), state == null ? 0 : leases.leaseOf(op.key()), lease);
        return new OpResult.Put(revision.main(), op.prevKv() ? before : null);
    }

    OpResult.DeleteRange delete(Op.DeleteRange op) {
        List<KeyValue> doomed = aliveIn(op.keys(), op.prevKv());
        for (KeyValue kv : doomed) {
            delete(kv.key());
        }
        return new OpResult.DeleteRange(revision(), doomed.size(), op.prevKv() ? doomed : List.of());
    }

    /** Deletes a key that is alive. */
    void delete(Bytes key) {
        Revision revision = nextRevision();
        append(revision, KeyValue.tombstone(key, revision.main()));
        leases.detach(key);
    }

    /** Ends the transaction: what it wrote becomes the newest complete revision. */
    void complete() {
        if (!events.isEmpty()) {
            keys.complete(main);
        }
    }

    private static KeyValue existing(@Nullable KeyValue before, Op.Put op) {
        if (before == null) {
            throw new IllegalStateException("key " + op.key() + " vanished between check and put");
        }
        return before;
    }

    private static KeyValue put(Bytes key, Bytes value, long lease, @Nullable KeyState state, long main) {
        return state == null
                ? new KeyValue(key, value, main, main, 1, lease)
                : new KeyValue(key, value, state.createRevision(), main, state.version() + 1, lease);
    }

    private List<KeyValue> aliveIn(KeyRange range, boolean values) {
        List<KeyValue> found = new ArrayList<>(1);
        if (range.single() && keys.latest(range.from()) == null) {
            return found; // the index in memory knows; no read of the database
        }
        keys.scan(range, KeySpace.LATEST, values, found::add);
        return found;
    }

    private Revision nextRevision() {
        if (sub == subLimit) {
            main++;
            sub = 0;
        }
        return new Revision(main, sub++);
    }

    private void append(Revision revision, KeyValue kv) {
        keys.append(revision, kv);
        events.add(new KeyEvent(kv, revision.sub(), null));
    }

    private void moveLease(Bytes key, long from, long to) {
        if (from == to) {
            return;
        }
        if (to == 0) {
            leases.detach(key);
        } else {
            leases.attach(to, key);
        }
    }
}
