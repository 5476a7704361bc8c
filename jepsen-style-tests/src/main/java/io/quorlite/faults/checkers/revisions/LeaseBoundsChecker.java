package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.Operation;
import java.util.List;
import java.util.SortedMap;

/**
 * Leases end neither early nor late: not before TTL has passed since the last acknowledged renewal was sent, unless revoked;
 * and within TTL and a bound of the last renewal that may have arrived, where faults and elections begin the wait anew.
 */
public final class LeaseBoundsChecker implements Checker {
    private final long boundNanos;
    private final boolean endsExpected;

    /**
     * @param boundNanos how late a lease may end, over its TTL
     * @param endsExpected whether a history in which no lease ended decides nothing
     */
    public LeaseBoundsChecker(long boundNanos, boolean endsExpected) {
        this.boundNanos = boundNanos;
        this.endsExpected = endsExpected;
    }

    @Override
    public String name() {
        return "lease-bounds";
    }

    @Override
    public Verdict check(History history) {
        Findings findings = new Findings(name());
        Replay replay =
                new Replay(history, new Findings("revisions")); // whose findings are for another checker to tell
        SortedMap<Long, LeaseLife> lives = LeaseLife.in(history);
        checkEnds(history, replay, lives, findings);
        LeaseDeadline deadline = new LeaseDeadline(history, boundNanos);
        for (LeaseLife life : lives.values()) {
            long dueNanos = deadline.dueNanos(life);
            checkSightings(life, dueNanos, findings);
            checkKeysGone(history, replay, life, dueNanos, findings);
        }
        if (endsExpected && replay.leaseEnds().isEmpty()) {
            findings.undecided("no lease ended");
        }
        return findings.verdict(lives.size() + " leases, " + replay.leaseEnds().size() + " ends with keys");
    }

    private static void checkEnds(History history, Replay replay, SortedMap<Long, LeaseLife> lives, Findings findings) {
        replay.leaseEnds().forEach((revision, lease) -> {
            LeaseLife life = lives.get(lease);
            int shownAt = replay.log().shownAt(revision);
            String end = "lease " + lease + " ended at revision " + revision;
            if (life == null) {
                findings.add(end + ", but nobody granted it");
                return;
            }
            long nanos = history.lines().get(shownAt).nanos();
            if (!life.mayBeRevokedBefore(shownAt) && nanos < life.livesUntilNanos(shownAt)) {
                findings.add(end + " " + millis(life.livesUntilNanos(shownAt) - nanos) + " early (line " + (shownAt + 1)
                        + ")");
            }
            life.renewals().stream()
                    .filter(operation -> operation.isOk() && operation.callIndex() > shownAt)
                    .findFirst()
                    .ifPresent(operation -> findings.add(end + ", but was renewed after it: " + operation));
        });
    }

    private static void checkSightings(LeaseLife life, long dueNanos, Findings findings) {
        for (Operation sighting : life.sightings()) {
            boolean alive = LeaseLife.seconds(sighting) > 0;
            if (alive && sighting.callNanos() > dueNanos) {
                findings.add("lease " + life.id() + " lives " + millis(sighting.callNanos() - dueNanos)
                        + " after it was due: " + sighting);
            } else if (!alive
                    && !life.mayBeRevokedBefore(sighting.returnIndex())
                    && sighting.returnNanos() < life.livesUntilNanos(sighting.callIndex())) {
                findings.add("lease " + life.id() + " is gone "
                        + millis(life.livesUntilNanos(sighting.callIndex()) - sighting.returnNanos()) + " early: "
                        + sighting);
            }
        }
    }

    /** At the deadline, what had been seen by then must not hold keys of the lease. */
    private static void checkKeysGone(
            History history, Replay replay, LeaseLife life, long dueNanos, Findings findings) {
        if (dueNanos >= history.endNanos()) {
            return; // not due within the run
        }
        long revision = Math.min(
                replay.time().seenBefore(lineAt(history.lines(), dueNanos)),
                replay.log().knownTo());
        if (revision < RevisionLog.FIRST) {
            return;
        }
        List<String> left = LeaseKeys.attached(replay.log().state(revision), life.id());
        if (!left.isEmpty()) {
            findings.add("lease " + life.id() + " was due at " + millis(dueNanos) + ", but its keys " + left
                    + " are there at revision " + revision);
        }
    }

    /** The first line later than {@code nanos}. */
    private static int lineAt(List<HistoryLine> lines, long nanos) {
        int low = 0;
        int high = lines.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lines.get(middle).nanos() > nanos) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }
}
