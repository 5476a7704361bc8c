package io.quorlite.mvcc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must hold before a transaction writes anything, so that it is applied whole or not at all. Only branches taken are
 * checked; all puts come before all ranges, as in etcd 3.5. Not thread-safe; one for each transaction.
 */
final class TxnChecks {
    private final KeySpace keys;
    private final TxnPath path;
    private final long current;

    /** Puts and deletions since the first deletion that the walk has met, which later puts may depend on. */
    private @Nullable List<Op> writes;

    TxnChecks(KeySpace keys, TxnPath path, long current) {
        this.keys = keys;
        this.path = path;
        this.current = current;
    }

    /** @throws MvccException if a lease or a key that a put builds on is not there */
    void checkPuts(Txn txn, LeaseAttachments leases) {
        path.rewind();
        if (isSinglePut(txn)) {
            // etcd asks in this order for a put on its own, and in the other one inside a transaction.
            Op.Put put = (Op.Put) txn.success().get(0);
            checkLease(put, leases);
            checkKey(put);
        } else {
            checkPutsOfBranch(txn, leases);
        }
    }

    /** @throws MvccException if a range asks for a revision that is compacted or not yet there */
    void checkRanges(Txn txn) {
        path.rewind();
        checkRangesOfBranch(txn);
    }

    private static boolean isSinglePut(Txn txn) {
        return txn.compares().isEmpty()
                && txn.success().size() == 1
                && txn.failure().isEmpty()
                && txn.success().get(0) instanceof Op.Put;
    }

    private void checkPutsOfBranch(Txn txn, LeaseAttachments leases) {
        for (Op op : path.nextBranch(txn)) {
            if (op instanceof Op.Put put) {
                checkKey(put);
                checkLease(put, leases);
                remember(put);
            } else if (op instanceof Op.DeleteRange delete) {
                if (writes == null) {
                    writes = new ArrayList<>();
                }
                remember(delete);
            } else if (op instanceof Op.Nested nested) {
                checkPutsOfBranch(nested.txn(), leases);
            }
        }
    }

    private void checkKey(Op.Put put) {
        if ((put.ignoreValue() || put.ignoreLease()) && (keys.latest(put.key()) == null || deletedBefore(put.key()))) {
            throw new MvccException(
                    MvccException.Kind.KEY_NOT_FOUND,
                    "no value or lease to keep: key " + put.key() + " does not exist");
        }
    }

    private static void checkLease(Op.Put put, LeaseAttachments leases) {
        if (put.lease() != 0 && !leases.exists(put.lease())) {
            throw new MvccException(MvccException.Kind.LEASE_NOT_FOUND, "lease " + put.lease() + " does not exist");
        }
    }

    private void remember(Op write) {
        if (writes != null) {
            writes.add(write);
        }
    }

    /**
     * Whether this very transaction has deleted the key by then. etcd does not ask, and panics when it comes to the put; no
     * client's request may stop a node here.
     */
    private boolean deletedBefore(Bytes key) {
        if (writes == null) {
            return false;
        }
        for (int i = writes.size() - 1; i >= 0; i--) {
            Op write = writes.get(i);
            if (write instanceof Op.Put put && put.key().equals(key)) {
                return false;
            }
            if (write instanceof Op.DeleteRange delete && delete.keys().contains(key)) {
                return true;
            }
        }
        return false;
    }

    private void checkRangesOfBranch(Txn txn) {
        for (Op op : path.nextBranch(txn)) {
            if (op instanceof Op.Range range) {
                checkRange(range);
            } else if (op instanceof Op.Nested nested) {
                checkRangesOfBranch(nested.txn());
            }
        }
    }

    /** Unlike a range on its own, one in a transaction may not ask for a negative revision once there was a compaction. */
    private void checkRange(Op.Range range) {
        if (range.revision() == 0) {
            return;
        }
        if (range.revision() > current) {
            throw RangeEvaluator.futureRevision(range.revision(), current);
        }
        if (range.revision() < keys.compactRevision()) {
            throw RangeEvaluator.compacted(range.revision(), keys.compactRevision());
        }
    }
}
