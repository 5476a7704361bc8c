package io.quorlite.lease;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.LeaseAttachments;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The leases granted and the keys that hang on them, the same on every replica at the same applied index. It knows no time; see
 * {@link LeaseDeadlines}.
 *
 * <p>Thread-safe: the writer changes it, any thread may ask. What is returned are copies.
 */
public final class LeaseTable implements LeaseAttachments {
    /** The longest time to live that etcd grants. */
    public static final long TTL_SECONDS_MAX = 9_000_000_000L;

    private final TreeMap<Long, Granted> granted = new TreeMap<>();
    private final TreeMap<Bytes, Granted> leaseByKey = new TreeMap<>();

    /** Adds a lease; the caller has made sure that there is none with its id. */
    public synchronized void grant(Lease lease) {
        if (granted.putIfAbsent(lease.id(), new Granted(lease)) != null) {
            throw new IllegalStateException("lease " + lease.id() + " is granted already");
        }
    }

    /** Removes a lease and takes its keys off it; the keys themselves are the caller's affair. */
    public synchronized void remove(long leaseId) {
        Granted gone = granted.remove(leaseId);
        if (gone != null) {
            gone.keys.forEach(leaseByKey::remove);
        }
    }

    /** Replaces the remaining time of a lease. @return the lease as it is now, or null where there is none */
    public synchronized @Nullable Lease checkpoint(long leaseId, long remainingSeconds) {
        Granted entry = granted.get(leaseId);
        if (entry == null) {
            return null;
        }
        entry.lease = new Lease(leaseId, entry.lease.ttlSeconds(), remainingSeconds);
        return entry.lease;
    }

    public synchronized @Nullable Lease find(long leaseId) {
        Granted entry = granted.get(leaseId);
        return entry == null ? null : entry.lease;
    }

    /** All leases, by id. */
    public synchronized List<Lease> all() {
        List<Lease> leases = new ArrayList<>(granted.size());
        granted.values().forEach(entry -> leases.add(entry.lease));
        return leases;
    }

    /** The keys that hang on a lease, in order; none where there is no such lease. */
    public synchronized List<Bytes> keysOf(long leaseId) {
        Granted entry = granted.get(leaseId);
        return entry == null ? List.of() : List.copyOf(entry.keys);
    }

    public synchronized int size() {
        return granted.size();
    }

    @Override
    public synchronized boolean exists(long leaseId) {
        return granted.containsKey(leaseId);
    }

    @Override
    public synchronized long leaseOf(Bytes key) {
        Granted entry = leaseByKey.get(key);
        return entry == null ? 0 : entry.lease.id();
    }

    @Override
    public synchronized void attach(long leaseId, Bytes key) {
        Granted entry = granted.get(leaseId);
        if (entry == null) {
            throw new IllegalStateException(
                    "key " + key + " cannot hang on lease " + leaseId + ", which is not granted");
        }
        detach(key);
        entry.keys.add(key);
        leaseByKey.put(key, entry);
    }

    @Override
    public synchronized void detach(Bytes key) {
        Granted entry = leaseByKey.remove(key);
        if (entry != null) {
            entry.keys.remove(key);
        }
    }

    /** A lease with its keys. */
    private static final class Granted {
        private Lease lease;
        private final TreeSet<Bytes> keys = new TreeSet<>();

        Granted(Lease lease) {
            this.lease = lease;
        }
    }
}
