package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;

/**
 * Holds every call against the store's own revisions: they are dense and each has one writer; an acknowledged write is there
 * with just its effect; what failed is not; what is unknown is there once or not at all; reads equal the replayed key space
 * at their revision; and no revision is seen before it can be or missed after it must be. Near linear in the history.
 *
 * <p>It needs a watch on everything from revision 1, with the store empty when it begins, that lives on until the last
 * revision has been told.
 */
public final class RevisionReplayChecker implements Checker {
    @Override
    public String name() {
        return "revisions";
    }

    @Override
    public Verdict check(History history) {
        Findings findings = new Findings(name());
        Replay replay = new Replay(history, findings);
        if (replay.log().knownTo() == RevisionLog.FIRST) {
            findings.undecided("no watch on everything told of any write");
        }
        return findings.verdict(history.storeOperations().count() + " calls against revisions 1 to "
                + replay.log().knownTo());
    }
}
