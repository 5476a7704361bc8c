package io.quorlite.faults.history;

import java.util.List;

/** An operation of a workload, told in the workload's own words. Immutable. */
public sealed interface WorkloadRequest extends Request {
    /** Adds an element, which no other call of the run adds, to a set. */
    record SetAdd(String set, String element) implements WorkloadRequest {}

    /** Reads a whole set. */
    record SetRead(String set) implements WorkloadRequest {}

    /** A transaction over lists: its answer is {@link Response.ListTxnResult}. */
    record ListTxn(List<ListStep> steps) implements WorkloadRequest {
        public ListTxn {
            steps = List.copyOf(steps);
        }
    }

    /** Moves {@code amount} between two accounts. */
    record BankTransfer(String from, String to, long amount) implements WorkloadRequest {}

    /** Reads every account at one revision. */
    record BankRead() implements WorkloadRequest {}

    /** Takes a lock; ok means that the owner holds it. */
    record LockAcquire(String lock, String owner) implements WorkloadRequest {}

    /** Renews the claim on a lock that is held; ok means that it is still held. */
    record LockExtend(String lock, String owner) implements WorkloadRequest {}

    /** Gives a lock back; the owner has stopped relying on it before this is invoked. */
    record LockRelease(String lock, String owner) implements WorkloadRequest {}
}
