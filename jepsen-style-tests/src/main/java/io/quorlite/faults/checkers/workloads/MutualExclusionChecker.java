package io.quorlite.faults.checkers.workloads;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.WorkloadRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * No two owners hold a lock at one time, and each new holder's fence is higher. An owner holds a lock from when it learned
 * so until it asks to give it back, or until the time it was promised, counted from when it sent the call, has passed.
 */
public final class MutualExclusionChecker implements Checker {
    /** One hold of a lock. */
    private static final class Hold {
        final Operation acquired;
        final String owner;
        final long fence;
        final long fromNanos;
        long toNanos;
        boolean released;

        Hold(Operation acquired, String owner, Response.LockHeld held) {
            this.acquired = acquired;
            this.owner = owner;
            this.fence = held.fence();
            this.fromNanos = acquired.returnNanos();
            this.toNanos = until(acquired, held);
        }

        static long until(Operation operation, Response.LockHeld held) {
            long until = operation.callNanos() + held.heldNanos();
            return until < 0 ? Long.MAX_VALUE : until;
        }

        @Override
        public String toString() {
            return owner + " (line " + (acquired.callIndex() + 1) + ", fence " + fence + ", " + fromNanos / 1_000_000
                    + " to " + toNanos / 1_000_000 + " ms)";
        }
    }

    @Override
    public String name() {
        return "mutual-exclusion";
    }

    @Override
    public Verdict check(History history) {
        Findings findings = new Findings(name());
        Map<String, List<Hold>> byLock = new TreeMap<>();
        for (Operation operation : history.operations()) {
            if (operation.request() instanceof WorkloadRequest.LockAcquire acquire && operation.isOk()) {
                byLock.computeIfAbsent(acquire.lock(), lock -> new ArrayList<>())
                        .add(new Hold(operation, acquire.owner(), (Response.LockHeld) operation.answer()));
            } else if (operation.request() instanceof WorkloadRequest.LockExtend extend && operation.isOk()) {
                extend(byLock.getOrDefault(extend.lock(), List.of()), extend.owner(), operation);
            } else if (operation.request() instanceof WorkloadRequest.LockRelease release) {
                release(byLock.getOrDefault(release.lock(), List.of()), release.owner(), operation);
            }
        }
        byLock.forEach((lock, holds) -> checkLock(lock, holds, findings));
        if (byLock.isEmpty()) {
            findings.undecided("no lock was ever held");
        }
        return findings.verdict(
                byLock.values().stream().mapToInt(List::size).sum() + " holds of " + byLock.size() + " locks");
    }

    private static void extend(List<Hold> holds, String owner, Operation operation) {
        for (Hold hold : holds) {
            if (hold.owner.equals(owner) && !hold.released) {
                hold.toNanos = Math.max(hold.toNanos, Hold.until(operation, (Response.LockHeld) operation.answer()));
            }
        }
    }

    private static void release(List<Hold> holds, String owner, Operation operation) {
        for (Hold hold : holds) {
            if (hold.owner.equals(owner) && !hold.released) {
                hold.released = true;
                hold.toNanos = Math.min(hold.toNanos, operation.callNanos());
            }
        }
    }

    private static void checkLock(String lock, List<Hold> holds, Findings findings) {
        // An owner that learned of its hold too late to use it never held the lock.
        List<Hold> inTime = holds.stream()
                .filter(hold -> hold.fromNanos < hold.toNanos)
                .sorted(Comparator.comparingLong(hold -> hold.fromNanos))
                .toList();
        Hold longest = null;
        Hold highest = null;
        for (Hold hold : inTime) {
            if (longest != null && hold.fromNanos < longest.toNanos) {
                findings.add("lock " + lock + " is held by " + longest + " and by " + hold);
            }
            if (highest != null && hold.fence <= highest.fence) {
                findings.add("lock " + lock + ": the fence does not grow from " + highest + " to " + hold);
            }
            longest = longest == null || hold.toNanos > longest.toNanos ? hold : longest;
            highest = highest == null || hold.fence > highest.fence ? hold : highest;
        }
    }
}
