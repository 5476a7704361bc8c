package io.quorlite.watch;

import io.quorlite.mvcc.KeyEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One bounded batch of the history, read for several watchers whose next revisions lie close together. Made and finished
 * under the hub's lock, read without it: the watchers are {@link Watcher.State#READING} meanwhile, so that their next
 * revision stands still; whether they still exist is looked at when the round is finished.
 *
 * @param watchers in the order of their turns
 * @param through the hub's revision when the round was made, which is how far it may read
 */
record CatchUpRound(List<Watcher> watchers, long through) {
    /**
     * What a round found.
     *
     * @param events for each watcher that has any
     * @param through the last main revision covered
     * @param compactRevision as of after the read; what is below may be incomplete
     */
    record Outcome(Map<Watcher, List<WatchEvent>> events, long through, long compactRevision) {}

    Outcome read(WatchHistory history, WatchLimits limits) {
        long compactRevision = history.compactRevision();
        WatcherIndex index = new WatcherIndex();
        long from = Long.MAX_VALUE;
        for (Watcher watcher : watchers) {
            if (watcher.next >= compactRevision) {
                index.add(watcher);
                from = Math.min(from, watcher.next);
            }
        }
        if (from > through) {
            return new Outcome(Map.of(), 0, compactRevision);
        }
        WatchBatch batch =
                history.read(from, through, index::wants, limits.catchUpRevisionsMax(), limits.catchUpBytesMax());
        requireWithin(batch, from);
        Map<Watcher, List<WatchEvent>> events = distribute(EventMatcher.match(index, batch.events(), history));
        // Last of all: rows go only after the compacted revision has risen, so what was read before is complete if it
        // has not.
        return new Outcome(events, batch.throughMain(), history.compactRevision());
    }

    private void requireWithin(WatchBatch batch, long from) {
        List<KeyEvent> events = batch.events();
        boolean within = batch.throughMain() >= from
                && batch.throughMain() <= through
                && (events.isEmpty()
                        || (events.get(0).kv().modRevision() >= from
                                && events.get(events.size() - 1).kv().modRevision() <= batch.throughMain()));
        if (!within) {
            throw new IllegalStateException("history read from " + from + " to " + through + " covers up to "
                    + batch.throughMain() + " with " + events.size() + " events");
        }
    }

    private static Map<Watcher, List<WatchEvent>> distribute(Map<WatcherGroup, List<WatchEvent>> matches) {
        Map<Watcher, List<WatchEvent>> events = new HashMap<>();
        matches.forEach((group, matched) -> {
            List<WatchEvent> shared = Collections.unmodifiableList(new ArrayList<>(matched));
            for (Watcher watcher : group.members()) {
                List<WatchEvent> due = shared.subList(firstAtOrAfter(shared, watcher.next), shared.size());
                if (!due.isEmpty()) {
                    events.put(watcher, due);
                }
            }
        });
        return events;
    }

    private static int firstAtOrAfter(List<WatchEvent> events, long revision) {
        int low = 0;
        int high = events.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (events.get(middle).event().kv().modRevision() < revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
