package io.quorlite.mvcc;

import io.quorlite.mvcc.InvalidRequestException.Kind;
import java.util.List;
import java.util.TreeSet;

/**
 * Refuses requests for their shape, before they are proposed: etcd's checks at its door ({@code v3rpc/key.go}) in etcd's order,
 * because which of two mistakes is named shows. Stateless and thread-safe.
 */
public final class TxnValidator {
    private TxnValidator() {}

    public static void validate(Op.Range range) {
        requireKey(range.keys().from());
    }

    public static void validate(Op.Put put) {
        requireKey(put.key());
        if (put.ignoreValue() && !put.value().isEmpty()) {
            throw new InvalidRequestException(Kind.VALUE_PROVIDED, "a value is given along with ignore_value");
        }
        if (put.ignoreLease() && put.lease() != 0) {
            throw new InvalidRequestException(Kind.LEASE_PROVIDED, "a lease is given along with ignore_lease");
        }
    }

    public static void validate(Op.DeleteRange delete) {
        requireKey(delete.keys().from());
    }

    /**
     * Checks a transaction with everything in it.
     *
     * @param operationsMax how many compares, and operations of either branch, a transaction may have; what it uses is taken
     *     from what transactions inside it may have
     * @throws InvalidRequestException for the first mistake found
     */
    public static void validate(Txn txn, int operationsMax) {
        checkShape(txn, operationsMax, 0);
        // All shapes come before all overlaps.
        writesOf(txn.success());
        writesOf(txn.failure());
    }

    private static void checkShape(Txn txn, int operationsMax, int depth) {
        int operations = Math.max(
                txn.compares().size(),
                Math.max(txn.success().size(), txn.failure().size()));
        if (operations > operationsMax || depth > Txn.DEPTH_MAX) {
            throw new InvalidRequestException(
                    Kind.TOO_MANY_OPERATIONS,
                    operations + " operations, where " + operationsMax + " are left of what a transaction may have");
        }
        for (Compare compare : txn.compares()) {
            requireKey(compare.range().from());
        }
        checkShapes(txn.success(), operationsMax - operations, depth);
        checkShapes(txn.failure(), operationsMax - operations, depth);
    }

    private static void checkShapes(List<Op> ops, int operationsLeft, int depth) {
        for (Op op : ops) {
            if (op instanceof Op.Range range) {
                validate(range);
            } else if (op instanceof Op.Put put) {
                validate(put);
            } else if (op instanceof Op.DeleteRange delete) {
                validate(delete);
            } else if (op instanceof Op.Nested nested) {
                checkShape(nested.txn(), operationsLeft, depth + 1);
            } else if (op instanceof Op.Invalid invalid) {
                throw new InvalidRequestException(invalid.kind(), "an operation that has no meaning");
            } else {
                throw new AssertionError(op);
            }
        }
    }

    private static void requireKey(Bytes key) {
        if (key.isEmpty()) {
            throw new InvalidRequestException(Kind.EMPTY_KEY, "the key is empty");
        }
    }

    /**
     * What one branch writes, its own operations and those of the transactions inside it, after making sure that no key is
     * put twice or put and deleted. As in etcd, deletions of this level are seen by all puts, those of inner transactions only
     * by what comes after them; the two branches of one inner transaction may put the same key, as only one is taken.
     */
    private static Writes writesOf(List<Op> ops) {
        Writes writes = new Writes();
        for (Op op : ops) {
            if (op instanceof Op.DeleteRange delete) {
                writes.addDeletion(delete.keys());
            }
        }
        for (Op op : ops) {
            if (op instanceof Op.Nested nested) {
                addInner(writes, nested.txn());
            }
        }
        for (Op op : ops) {
            if (op instanceof Op.Put put) {
                writes.addPut(put.key());
            }
        }
        return writes;
    }

    private static void addInner(Writes writes, Txn inner) {
        Writes success = writesOf(inner.success());
        Writes failure = writesOf(inner.failure());
        success.puts.forEach(writes::addPut);
        for (Bytes key : failure.puts) {
            if (success.puts.contains(key)) {
                continue; // put by one branch or the other, never by both
            }
            writes.addPut(key);
        }
        writes.deletions.addAll(success.deletions);
        writes.deletions.addAll(failure.deletions);
    }

    /** Keys put and ranges deleted. */
    private static final class Writes {
        private final TreeSet<Bytes> puts = new TreeSet<>();
        private final KeyIntervals deletions = new KeyIntervals();

        /**
         * A range without an end is left out: etcd takes its end, a single zero byte, by the letter, finds such a range empty,
         * and lets its keys be put in the same transaction. Being stricter would refuse what works there.
         */
        void addDeletion(KeyRange range) {
            if (range.to() != null) {
                deletions.add(range.from(), range.to());
            }
        }

        void addPut(Bytes key) {
            if (deletions.contains(key) || !puts.add(key)) {
                throw new InvalidRequestException(Kind.DUPLICATE_KEY, "key " + key + " is written twice");
            }
        }
    }
}
