package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.Watch;

/**
 * Holds every watch against the replayed log by the nine guarantees of etcd's watches, as its robustness tests name them:
 * filter, ordered, unique, atomic, bookmarkable, reliable, resumable, isCreate, prevKv; and a tenth, protocol, on the order
 * of messages. Watches that are open when the run has settled must have told of everything before.
 */
public final class WatchRulesChecker implements Checker {
    @Override
    public String name() {
        return "watch-rules";
    }

    @Override
    public Verdict check(History history) {
        Findings findings = new Findings(name());
        Replay replay =
                new Replay(history, new Findings("revisions")); // whose findings are for another checker to tell
        long completeTo = Math.min(replay.log().knownTo(), settledRevision(history, replay.time()));
        for (Watch watch : history.watches()) {
            new WatchRules(watch, replay.log(), replay.compactions(), findings).check(watch.isOpen() ? completeTo : 0);
        }
        if (history.watches().stream().allMatch(watch -> watch.events().isEmpty())) {
            findings.undecided("no watch told of any event");
        }
        return findings.verdict(history.watches().size() + " watches against revisions 1 to "
                + replay.log().knownTo());
    }

    /**
     * The last revision seen before the final reads of a run that settled; 0 where it never did. Not what was seen later: a lease may
     * still end then, when nobody waits any more for every watch to tell of it.
     */
    private static long settledRevision(History history, RealTime time) {
        int settled = phaseBefore(history, history.lines().size(), HistoryLine.Phase.SETTLED);
        if (settled < 0) {
            return 0;
        }
        int reads = phaseBefore(history, settled, HistoryLine.Phase.FINAL_READS);
        return time.seenBefore(reads < 0 ? settled : reads);
    }

    /** The index of the last line before {@code end} that begins the phase; -1 for none. */
    private static int phaseBefore(History history, int end, String name) {
        int index = end - 1;
        while (index >= 0
                && !(history.lines().get(index) instanceof HistoryLine.Phase phase
                        && phase.name().equals(name))) {
            index--;
        }
        return index;
    }
}
