package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.StoreRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who wrote each revision: exactly one of an acknowledged call, a call whose outcome is unknown, and the end of a lease.
 * Not thread-safe.
 *
 * <p>Acknowledged calls name their revision. What remains is matched with unknown calls that could have written it, each at
 * most once, by augmenting paths (Kuhn's algorithm); values are unique as a rule, so the paths are short.
 */
final class Owners {
    private final RevisionLog log;
    private final RealTime time;
    private final NavigableMap<Long, Operation> acknowledged = new TreeMap<>();
    /** By the line of an unknown call: the revision it wrote. */
    private final SortedMap<Integer, Long> guessedBy = new TreeMap<>();
    /** By revision: the lease whose end wrote it. */
    private final NavigableMap<Long, Long> leaseEnds = new TreeMap<>();

    Owners(RevisionLog log, RealTime time) {
        this.log = log;
        this.time = time;
    }

    /** The acknowledged call that names {@code revision} as its own so far, which {@code operation} now does too. */
    @Nullable Operation claim(long revision, Operation operation) {
        return acknowledged.putIfAbsent(revision, operation);
    }

    /** Revisions that the end of a lease wrote, and no call could have, with the lease's id. */
    NavigableMap<Long, Long> leaseEnds() {
        return leaseEnds;
    }

    /** Finds an owner for each revision that no acknowledged call has claimed. */
    void assignRest(List<Operation> operations, Findings findings) {
        List<Operation> unknown = operations.stream()
                .filter(Operation::isInfo)
                .filter(Owners::isOfKeys)
                .toList();
        SortedMap<Long, Long> maybeLeaseEnds = new TreeMap<>();
        for (long revision = RevisionLog.FIRST + 1; revision <= log.knownTo(); revision++) {
            if (acknowledged.containsKey(revision)) {
                continue;
            }
            long lease = leaseEndedAt(revision);
            if (lease != 0) {
                maybeLeaseEnds.put(revision, lease);
            } else if (!assign(revision, unknown, new TreeSet<>())) {
                findings.add(withoutOwner(revision, operations));
            }
        }
        // Last, as these need no call: one that another revision needs must not be used up on them.
        maybeLeaseEnds.forEach((revision, lease) -> {
            if (!assign(revision, unknown, new TreeSet<>())) {
                leaseEnds.put(revision, lease);
            }
        });
    }

    private boolean assign(long revision, List<Operation> unknown, SortedSet<Integer> visited) {
        for (Operation operation : unknown) {
            if (couldHaveWritten(operation, revision) && visited.add(operation.callIndex())) {
                Long taken = guessedBy.get(operation.callIndex());
                if (taken == null || assign(taken, unknown, visited)) {
                    guessedBy.put(operation.callIndex(), revision);
                    return true;
                }
            }
        }
        return false;
    }

    private boolean couldHaveWritten(Operation operation, long revision) {
        return mayWrite(operation, revision)
                && revision > time.floor(operation)
                && operation.callIndex() < log.shownAt(revision)
                && wouldWrite(operation, revision);
    }

    private boolean mayWrite(Operation operation, long revision) {
        List<KeyEvent> events = log.events(revision);
        return Requests.mayWrite(
                (StoreRequest) operation.request(), events.get(0).key());
    }

    /** Whether the request, had it come next, would have changed just what the revision did. */
    private boolean wouldWrite(Operation operation, long revision) {
        StoreRequest request = (StoreRequest) operation.request();
        return Requests.namedRevision(request) < revision
                && told(RequestModel.apply(request, revision - 1, log::state).events())
                        .equals(log.events(revision));
    }

    /** The lease whose keys, all of them, are what the revision deletes; 0 for none. */
    private long leaseEndedAt(long revision) {
        List<KeyEvent> events = log.events(revision);
        KeyTree before = log.state(revision - 1);
        KeyValue first = before.get(events.get(0).key());
        if (first == null || first.lease() == 0 || !events.stream().allMatch(KeyEvent::isDelete)) {
            return 0;
        }
        List<String> attached = LeaseKeys.attached(before, first.lease());
        return attached.equals(events.stream().map(KeyEvent::key).sorted().toList()) ? first.lease() : 0;
    }

    private String withoutOwner(long revision, List<Operation> operations) {
        String what = "revision " + revision + " " + log.events(revision);
        List<Operation> alike = new ArrayList<>();
        for (Operation operation : operations) {
            if (isOfKeys(operation) && mayWrite(operation, revision) && wouldWrite(operation, revision)) {
                alike.add(operation);
            }
        }
        for (Operation operation : alike) {
            if (operation.isFail()) {
                return what + " is of a call that failed for certain (aborted read): " + operation;
            }
        }
        return alike.isEmpty()
                ? what + " was written by nobody"
                : what + " has no writer of its own (applied twice, or before it was asked for): like " + alike.get(0);
    }

    private static boolean isOfKeys(Operation operation) {
        return operation.request() instanceof StoreRequest request && RequestModel.knows(request);
    }

    static List<KeyEvent> told(List<KeyEvent> events) {
        return events.stream().map(KeyEvent::withoutPrevKv).toList();
    }
}
