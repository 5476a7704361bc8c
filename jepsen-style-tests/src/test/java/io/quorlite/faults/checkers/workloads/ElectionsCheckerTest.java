package io.quorlite.faults.checkers.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElectionsCheckerTest {
    @Test
    void manyLeadersAreFineInTermsOfTheirOwn() {
        assertThat(check(leader("n1", 1), leader("n2", 2), leader("n1", 3), leader("n1", 1)))
                .isEqualTo(Verdict.Kind.VALID);
    }

    @Test
    void twoInOneTermAreNotHoweverLateTheSecondIsSeen() {
        assertThat(check(leader("n1", 1), leader("n2", 2), leader("n3", 1))).isEqualTo(Verdict.Kind.INVALID);
    }

    private static HistoryLine leader(String node, long term) {
        return new HistoryLine.Leader(0, node, term);
    }

    private static Verdict.Kind check(HistoryLine... lines) {
        return new ElectionsChecker().check(History.of(List.of(lines))).kind();
    }
}
