package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Until when a lease must have ended, given what disturbed the run. Immutable. */
final class LeaseDeadline {
    /** How long before an election was noticed there may have been no leader to count. */
    private static final long LEADERLESS_NANOS_MAX = 10_000_000_000L;

    /** A time in which a lease that is not yet due may be given a new life; {@code toNanos} is the last chance. */
    private record Extension(long fromNanos, long toNanos) {}

    private final List<Extension> disturbances = new ArrayList<>();
    private final long boundNanos;

    LeaseDeadline(History history, long boundNanos) {
        this.boundNanos = boundNanos;
        SortedMap<String, Long> active = new TreeMap<>();
        for (HistoryLine line : history.lines()) {
            if (line instanceof HistoryLine.Leader) {
                disturbances.add(new Extension(line.nanos() - LEADERLESS_NANOS_MAX, line.nanos()));
            } else if (line instanceof HistoryLine.Fault fault) {
                String which = fault.name() + " " + fault.target();
                if (fault.active()) {
                    active.putIfAbsent(which, fault.nanos());
                } else {
                    Long from = active.remove(which);
                    disturbances.add(new Extension(from == null ? 0 : from, fault.nanos()));
                }
            }
        }
        active.values().forEach(from -> disturbances.add(new Extension(from, Long.MAX_VALUE)));
    }

    /** When the lease must have ended, its keys included; Long.MAX_VALUE where that cannot be told. */
    long dueNanos(LeaseLife life) {
        List<Extension> extensions = new ArrayList<>(disturbances);
        for (Operation renewal : life.renewals()) {
            extensions.add(new Extension(renewal.callNanos(), renewal.returnNanos()));
        }
        extensions.sort(Comparator.comparingLong(Extension::fromNanos));
        long due = life.renewals().isEmpty() ? 0 : life.renewals().get(0).callNanos();
        for (Extension extension : extensions) {
            if (extension.fromNanos() <= due) {
                due = Math.max(due, plus(extension.toNanos(), life.ttlNanos() + boundNanos));
            }
        }
        return due;
    }

    private static long plus(long nanos, long more) {
        return nanos > Long.MAX_VALUE - more ? Long.MAX_VALUE : nanos + more;
    }
}
