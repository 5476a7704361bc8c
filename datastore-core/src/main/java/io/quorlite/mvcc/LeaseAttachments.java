package io.quorlite.mvcc;

/**
 * What a transaction must know and tell of leases: which exist, and which key hangs on which. A key hangs on one lease at most.
 * Used by the writer only.
 */
public interface LeaseAttachments {
    /** Whether a lease with this id is granted. */
    boolean exists(long leaseId);

    /** The lease that {@code key} hangs on, 0 for none. */
    long leaseOf(Bytes key);

    /** Hangs {@code key} on a lease that exists, taking it off any other. */
    void attach(long leaseId, Bytes key);

    /** Takes {@code key} off its lease, if it has one. */
    void detach(Bytes key);
}
