package io.quorlite.statemachine;

import io.quorlite.lease.Lease;

/** The storage port for leases: rows that are written with the history, in the same database transaction. Writer only. */
public interface LeaseStore {
    /** Writes the row of a lease, in place of one it may have. */
    void saveLease(Lease lease);

    /** Deletes the row of a lease. */
    void deleteLease(long leaseId);
}
