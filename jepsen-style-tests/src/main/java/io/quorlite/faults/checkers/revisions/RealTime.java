package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.Response;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Which revisions were known to exist at which line of the history: from answers' headers and from watches. One sweep.
 * Immutable.
 */
final class RealTime {
    /** By line: the highest revision that anyone had seen by then; entries only where it grows. */
    private final NavigableMap<Integer, Long> seenBy = new TreeMap<>();

    RealTime(History history) {
        int index = 0;
        for (HistoryLine line : history.lines()) {
            see(index++, revisionIn(line));
        }
    }

    /** The highest revision seen before {@code line}. */
    long seenBefore(int line) {
        Map.Entry<Integer, Long> entry = seenBy.lowerEntry(line);
        return entry == null ? 0 : entry.getValue();
    }

    /** The highest revision that was over before {@code operation} began: a linearizable one must know it. */
    long floor(Operation operation) {
        return seenBefore(operation.callIndex());
    }

    private void see(int index, long revision) {
        if (seenBy.isEmpty() || revision > seenBy.lastEntry().getValue()) {
            seenBy.put(index, revision);
        }
    }

    private static long revisionIn(HistoryLine line) {
        if (line instanceof HistoryLine.Completed completed && completed.outcome() == Outcome.OK) {
            Response response = completed.response();
            return response == null ? 0 : response.revision();
        } else if (line instanceof HistoryLine.WatchHeard heard) {
            long last = heard.events().isEmpty()
                    ? 0
                    : heard.events().get(heard.events().size() - 1).revision();
            return Math.max(heard.kind() == HistoryLine.WatchHeard.Kind.COMPACTED ? 0 : heard.revision(), last);
        }
        return 0;
    }
}
