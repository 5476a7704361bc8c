package io.quorlite.faults.checkers.revisions;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.simulation.SimulatedRun;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Histories of a store that is right are accepted, whatever is unknown in them. */
class GoodHistoriesTest {
    private static final List<Checker> CHECKERS =
            List.of(new RevisionReplayChecker(), new WatchRulesChecker(), new LeaseBoundsChecker(1_000_000_000, false));

    @Test
    void acceptsRunsWithFewUnknownOutcomes() {
        for (int seed = 0; seed < 100; seed++) {
            assertAccepted(seed, 300, 0.02);
        }
    }

    @Test
    void acceptsRunsWithManyUnknownOutcomes() {
        for (int seed = 0; seed < 60; seed++) {
            assertAccepted(seed, 300, 0.5);
        }
    }

    @Test
    void acceptsALongRun() {
        assertAccepted(1, 10_000, 0.1);
    }

    private static void assertAccepted(long seed, int calls, double unknownShare) {
        History history = History.of(SimulatedRun.lines(seed, calls, unknownShare));

        for (Checker checker : CHECKERS) {
            Verdict verdict = checker.check(history);
            assertThat(verdict.kind())
                    .as("seed %s, %s", seed, verdict.explanation())
                    .isEqualTo(Verdict.Kind.VALID);
        }
    }
}
