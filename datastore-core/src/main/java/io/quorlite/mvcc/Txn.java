package io.quorlite.mvcc;

import java.util.List;

/** If all compares hold, the success operations in order, else the failure operations; atomic, in one main revision. */
public record Txn(List<Compare> compares, List<Op> success, List<Op> failure) {
    /**
     * How deep transactions may be inside each other: more than passes the usual limit on operations, and little enough for
     * any thread's stack.
     */
    public static final int DEPTH_MAX = 200;

    public Txn {
        compares = List.copyOf(compares);
        success = List.copyOf(success);
        failure = List.copyOf(failure);
    }

    public static Txn of(Op op) {
        return new Txn(List.of(), List.of(op), List.of());
    }

    /** Whether neither branch can write, at any depth. */
    public boolean isReadOnly() {
        return success.stream().allMatch(Txn::reads) && failure.stream().allMatch(Txn::reads);
    }

    private static boolean reads(Op op) {
        return op instanceof Op.Range
                || (op instanceof Op.Nested nested && nested.txn().isReadOnly());
    }
}
