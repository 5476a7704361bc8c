package io.quorlite.watch;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to catch up. Streams take turns, and so do the watches of a stream; a stream whose sink is not ready has
 * no turn and is put back by {@link #offer} when it is. Holds no events, only who needs them. Guarded by the hub's lock.
 *
 * <p>Invariant, for each stream: if it has a watch that waits for a turn, then it is in {@link #turns}; or a round that it
 * began is under way, and its finish offers it again, so that no stream has two turns at a time; or its sink was not ready
 * when last asked, and the sink's owner calls {@link WatchStream#sinkReady} when it is.
 */
final class CatchUpQueue {
    private final WatchLimits limits;
    private final Set<HubStream> turns = new LinkedHashSet<>();

    CatchUpQueue(WatchLimits limits) {
        this.limits = limits;
    }

    /** Gives {@code stream} a turn if it needs one and has none, at the end. */
    void offer(HubStream stream) {
        if (stream.hasWaiting() && !stream.isClosed() && stream.isReady()) {
            turns.add(stream);
        } else {
            turns.remove(stream);
        }
    }

    void remove(HubStream stream) {
        turns.remove(stream);
    }

    int size() {
        return turns.size();
    }

    /**
     * The next round, or null where nobody waits. The watch whose turn it is says where the batch begins; others join whose
     * next revision lies in the stretch that one batch may cover, of its stream first and then of the streams next in turn.
     */
    @Nullable CatchUpRound next(long revision) {
        if (turns.isEmpty()) {
            return null;
        }
        HubStream first = turns.iterator().next();
        turns.remove(first);
        Watcher head = firstWaiting(first);
        long from = head.next;
        long to = Math.min(revision, from + limits.catchUpRevisionsMax() - 1);
        List<Watcher> chosen = new ArrayList<>();
        int looks = choose(first, from, to, limits.catchUpWatchersMax(), chosen);
        for (Iterator<HubStream> others = turns.iterator(); looks > 0 && others.hasNext(); ) {
            HubStream other = others.next();
            looks = choose(other, from, to, looks, chosen);
            if (!other.hasWaiting()) {
                others.remove();
            }
        }
        return new CatchUpRound(chosen, revision);
    }

    private static Watcher firstWaiting(HubStream stream) {
        for (Watcher watcher : stream.lagging()) {
            if (watcher.state == Watcher.State.LAGGING) {
                return watcher;
            }
        }
        throw new IllegalStateException("a stream without waiting watches has a turn");
    }

    /** Takes the fitting watches among the first {@code looks} of {@code stream}; returns how many looks are left. */
    private static int choose(HubStream stream, long from, long to, int looks, List<Watcher> chosen) {
        int left = looks;
        for (Watcher watcher : stream.lagging()) {
            if (left == 0) {
                break;
            }
            if (watcher.state != Watcher.State.LAGGING) {
                continue;
            }
            left--;
            if (watcher.next >= from && watcher.next <= to) {
                chosen.add(watcher);
            }
        }
        for (Watcher watcher : chosen) {
            if (watcher.state == Watcher.State.LAGGING) {
                stream.move(watcher, Watcher.State.READING);
            }
        }
        return left;
    }
}
