package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine.WatchHeard.Kind;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.Watch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * One watch on everything, as a source of what happened at each revision. Immutable. A dump of a node's log may be recorded
 * as such a watch, too.
 *
 * @param from the first revision it was to tell
 * @param to the last revision up to which it has told everything
 */
record LogSource(Watch watch, long from, long to, NavigableMap<Long, Shown> revisions) {
    /**
     * A revision's events, without versions before.
     *
     * @param index the line of the history that told the first of them
     */
    record Shown(int index, List<KeyEvent> events) {
        Shown plus(List<KeyEvent> more) {
            List<KeyEvent> all = new ArrayList<>(events);
            all.addAll(more);
            return new Shown(index, all);
        }
    }

    static List<LogSource> in(History history) {
        return history.watches().stream()
                .filter(watch -> watch.spec().isEverything())
                .map(LogSource::of)
                .toList();
    }

    private static LogSource of(Watch watch) {
        NavigableMap<Long, Shown> revisions = new TreeMap<>();
        long from = watch.spec().startRevision();
        long to = from - 1;
        boolean unfinished = false;
        for (Watch.Message message : watch.messages()) {
            if (message.is(Kind.CREATED) && from == 0) {
                from = message.heard().revision() + 1;
                to = from - 1;
            } else if (message.is(Kind.PROGRESS)) {
                to = Math.max(to, message.heard().revision());
            }
            for (KeyEvent event : message.events()) {
                List<KeyEvent> told = List.of(event.withoutPrevKv());
                revisions.merge(
                        event.revision(), new Shown(message.index(), told), (known, one) -> known.plus(one.events()));
                to = Math.max(to, event.revision());
            }
            unfinished = message.is(Kind.EVENTS) ? message.heard().fragment() : unfinished;
        }
        if (unfinished) { // cut off within a revision: that one it cannot speak for
            to = revisions.lastKey() - 1;
            revisions.remove(revisions.lastKey());
        }
        return new LogSource(watch, from, to, Collections.unmodifiableNavigableMap(revisions));
    }
}
