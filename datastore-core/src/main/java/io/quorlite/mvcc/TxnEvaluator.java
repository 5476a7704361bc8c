package io.quorlite.mvcc;

import java.util.ArrayList;
import java.util.List;

/**
 * The whole meaning of an etcd transaction, over the {@link KeySpace} port: branches are chosen on the state before the
 * transaction, everything that could refuse it is checked before anything is written, then the operations of the branches taken
 * are carried out in order, each seeing what those before it did.
 *
 * <p>The rules are those of etcd 3.5 ({@code etcdserver/apply.go}, {@code mvcc/kvstore_txn.go}). Not thread-safe: an instance
 * belongs to the writer of its key space. {@link #read} is static and goes with any reader.
 */
public final class TxnEvaluator {
    /** etcd leaves the header of a transaction inside a transaction empty. */
    private static final long NESTED_HEADER_REVISION = 0;

    private final KeySpace keys;
    private final LeaseAttachments leases;
    private final int subLimit;

    public TxnEvaluator(KeySpace keys, LeaseAttachments leases) {
        this(keys, leases, Revision.SUB_LIMIT);
    }

    /** @param subLimit after how many changes a transaction goes on in the next main revision */
    TxnEvaluator(KeySpace keys, LeaseAttachments leases, int subLimit) {
        this.keys = keys;
        this.leases = leases;
        this.subLimit = subLimit;
    }

    /**
     * Applies a transaction, and completes its revision if it changed anything.
     *
     * @throws MvccException if it is refused; then nothing has changed
     */
    public AppliedTxn apply(Txn txn) {
        TxnPath path = TxnPath.decide(txn, new CompareEvaluator(keys, KeySpace.LATEST, leases));
        TxnChecks checks = new TxnChecks(keys, path, keys.currentRevision());
        checks.checkPuts(txn, leases);
        checks.checkRanges(txn);
        path.rewind();
        ChangeWriter changes = new ChangeWriter(keys, leases, subLimit);
        TxnResult result = write(txn, path, changes);
        changes.complete();
        return new AppliedTxn(
                new TxnResult(changes.revision(), result.succeeded(), result.results()), changes.events());
    }

    /** Deletes those of {@code doomed} that are alive, in the order given, in one revision. */
    public List<KeyEvent> deleteAll(Iterable<Bytes> doomed) {
        ChangeWriter changes = new ChangeWriter(keys, leases, subLimit);
        for (Bytes key : doomed) {
            if (keys.latest(key) != null) {
                changes.delete(key);
            }
        }
        changes.complete();
        return changes.events();
    }

    /**
     * Answers a transaction that cannot write, as of {@code current}, a complete main revision that the caller holds fixed.
     *
     * @throws IllegalArgumentException if {@code txn} could write
     * @throws MvccException if a range asks for a revision that is compacted or not yet there, or {@code current} itself was
     *     compacted away meanwhile
     */
    public static TxnResult read(KeySpace keys, Txn txn, long current) {
        if (!txn.isReadOnly()) {
            throw new IllegalArgumentException("not a read-only transaction");
        }
        if (current < keys.compactRevision()) {
            throw RangeEvaluator.compacted(current, keys.compactRevision());
        }
        TxnPath path = TxnPath.decide(txn, new CompareEvaluator(keys, current, null));
        new TxnChecks(keys, path, current).checkRanges(txn);
        path.rewind();
        TxnResult result = read(keys, txn, path, current);
        return new TxnResult(current, result.succeeded(), result.results());
    }

    private TxnResult write(Txn txn, TxnPath path, ChangeWriter changes) {
        boolean succeeded = path.nextSucceeded();
        List<Op> ops = TxnPath.branch(txn, succeeded);
        List<OpResult> results = new ArrayList<>(ops.size());
        for (Op op : ops) {
            results.add(write(op, path, changes));
        }
        return new TxnResult(NESTED_HEADER_REVISION, succeeded, results);
    }

    private OpResult write(Op op, TxnPath path, ChangeWriter changes) {
        if (op instanceof Op.Put put) {
            return changes.put(put);
        }
        if (op instanceof Op.DeleteRange delete) {
            return changes.delete(delete);
        }
        if (op instanceof Op.Range range) {
            return new OpResult.Range(RangeEvaluator.range(keys, range, changes.revision(), KeySpace.LATEST));
        }
        if (op instanceof Op.Nested nested) {
            return new OpResult.Nested(write(nested.txn(), path, changes));
        }
        throw new AssertionError(op);
    }

    private static TxnResult read(KeySpace keys, Txn txn, TxnPath path, long current) {
        boolean succeeded = path.nextSucceeded();
        List<Op> ops = TxnPath.branch(txn, succeeded);
        List<OpResult> results = new ArrayList<>(ops.size());
        for (Op op : ops) {
            if (op instanceof Op.Range range) {
                results.add(new OpResult.Range(RangeEvaluator.range(keys, range, current)));
            } else if (op instanceof Op.Nested nested) {
                results.add(new OpResult.Nested(read(keys, nested.txn(), path, current)));
            } else {
                throw new AssertionError(op);
            }
        }
        return new TxnResult(NESTED_HEADER_REVISION, succeeded, results);
    }
}
