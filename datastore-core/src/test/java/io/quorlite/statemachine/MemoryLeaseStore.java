package io.quorlite.statemachine;

import io.quorlite.lease.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Lease rows in a map. Not thread-safe. */
public final class MemoryLeaseStore implements LeaseStore {
    private final TreeMap<Long, Lease> rows = new TreeMap<>();

    @Override
    public void saveLease(Lease lease) {
        rows.put(lease.id(), lease);
    }

    @Override
    public void deleteLease(long leaseId) {
        rows.remove(leaseId);
    }

    /** All rows, by id. */
    public List<Lease> rows() {
        return new ArrayList<>(rows.values());
    }
}
