package io.quorlite.faults.simulation;

import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.StoreRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What the workers of a simulated run ask for: a mixture of everything, with unique values. */
final class SimulatedRequests {
    private final Random random;
    private final SimulatedStore store;
    private final List<Long> leases = new ArrayList<>();
    private int values;
    private long leaseIds;

    SimulatedRequests(Random random, SimulatedStore store) {
        this.random = random;
        this.store = store;
    }

    /** Leases can be used once their grant is known to be done. */
    void ended(StoreRequest request, HistoryLine.Completed line) {
        if (request instanceof StoreRequest.LeaseGrant grant && line.outcome() == Outcome.OK) {
            leases.add(grant.id());
        }
    }

    StoreRequest next() {
        int kind = random.nextInt(100);
        if (kind < 35) {
            long lease = !leases.isEmpty() && random.nextInt(3) == 0 ? lease() : 0;
            return new StoreRequest.Put(key(), value(), lease, random.nextBoolean());
        } else if (kind < 55) {
            return range();
        } else if (kind < 65) {
            return new StoreRequest.DeleteRange(random.nextInt(4) == 0 ? page() : KeyRange.single(key()), true);
        } else if (kind < 85) {
            return txn();
        } else if (kind < 88) {
            return new StoreRequest.Compact(Math.max(1, store.revision() - random.nextInt(20) + 1));
        } else if (kind < 92) {
            return new StoreRequest.LeaseGrant(++leaseIds, 1 + random.nextInt(3));
        } else if (kind < 97 && !leases.isEmpty()) {
            return new StoreRequest.LeaseKeepAlive(lease());
        } else if (!leases.isEmpty()) {
            return new StoreRequest.LeaseRevoke(lease());
        }
        return new StoreRequest.Put(key(), value());
    }

    private StoreRequest range() {
        KeyRange range = random.nextBoolean() ? KeyRange.single(key()) : page();
        long revision = random.nextInt(4) == 0 ? Math.max(1, store.revision() - random.nextInt(15) + 2) : 0;
        boolean serializable = revision == 0 && random.nextInt(4) == 0;
        return new StoreRequest.Range(range, revision, random.nextInt(4), serializable, false);
    }

    private StoreRequest txn() {
        String one = key();
        String other = key();
        List<StoreRequest> writes = new ArrayList<>(List.of(new StoreRequest.Put(one, value())));
        if (!other.equals(one)) {
            writes.add(
                    random.nextBoolean()
                            ? new StoreRequest.Put(other, value())
                            : new StoreRequest.DeleteRange(KeyRange.single(other), false));
        }
        long expected = random.nextInt(3) == 0 ? 0 : Math.max(0, store.revision() - random.nextInt(6));
        return new StoreRequest.Txn(
                random.nextInt(3) == 0 ? List.of() : List.of(Compare.modRevision(one, expected)),
                writes,
                List.of(new StoreRequest.Range(KeyRange.single(one))));
    }

    private String key() {
        return "k" + random.nextInt(8);
    }

    private KeyRange page() {
        int from = random.nextInt(8);
        return new KeyRange("k" + from, "k" + (from + 1 + random.nextInt(3)));
    }

    private String value() {
        return "v" + values++;
    }

    private long lease() {
        return leases.get(leases.size() - 1 - random.nextInt(Math.min(3, leases.size())));
    }
}
