package io.quorlite.mvcc;

import java.util.BitSet;
import java.util.List;

/**
 * The branches that a transaction and the transactions inside it take, all decided before anything is written, as etcd does
 * ({@code compareToPath}). Decisions are kept in the order in which a walk from the front meets the transactions; every walk
 * takes them out in that order again. Not thread-safe.
 */
final class TxnPath {
    private final BitSet succeeded = new BitSet(1);
    private int size;
    private int next;

    private TxnPath() {}

    static TxnPath decide(Txn txn, CompareEvaluator compares) {
        TxnPath path = new TxnPath();
        path.add(txn, compares);
        return path;
    }

    private void add(Txn txn, CompareEvaluator compares) {
        boolean holds = compares.allHold(txn.compares());
        succeeded.set(size++, holds);
        for (Op op : branch(txn, holds)) {
            if (op instanceof Op.Nested nested) {
                add(nested.txn(), compares);
            }
        }
    }

    /** Begins a walk. */
    void rewind() {
        next = 0;
    }

    /** The decision for the transaction that the walk has come to. */
    boolean nextSucceeded() {
        return succeeded.get(next++);
    }

    /** The operations that the transaction the walk has come to carries out. */
    List<Op> nextBranch(Txn txn) {
        return branch(txn, nextSucceeded());
    }

    static List<Op> branch(Txn txn, boolean succeeded) {
        return succeeded ? txn.success() : txn.failure();
    }
}
