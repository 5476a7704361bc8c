package io.quorlite.faults.checkers.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.simulation.Script;
import io.quorlite.faults.simulation.SimulatedRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckerSuiteTest {
    private static final CheckerSuite.Settings SETTINGS =
            new CheckerSuite.Settings(3, Set.of("a"), 1, 1_000_000_000, 10_000_000_000L);

    @ParameterizedTest
    @EnumSource
    void decidesNothingFromAnEmptyHistory(Workload workload) {
        List<Verdict> verdicts = CheckerSuite.of(workload, SETTINGS).check(History.of(List.of()));

        assertThat(verdicts).hasSizeGreaterThanOrEqualTo(4);
        assertThat(CheckerSuite.passed(verdicts)).isFalse();
        assertThat(verdicts).noneMatch(verdict -> verdict.kind() == Verdict.Kind.INVALID);
    }

    @Test
    void judgesRevisionsWatchesAndLeasesOfEveryWorkload() {
        History history = History.of(SimulatedRun.lines(5, 300, 0.1));

        assertThat(CheckerSuite.of(Workload.LEASE, SETTINGS).check(history).stream()
                        .filter(Verdict::isValid)
                        .map(Verdict::checker))
                .contains("revisions", "watch-rules", "lease-bounds");
    }

    @Test
    void aCheckerThatFailsHasDecidedNothing() {
        Script script = new Script();
        script.call(new StoreRequest.Range(KeyRange.ALL), new Response.Done()); // an answer to another question
        script.call(new StoreRequest.Put("register/a", "1"), new Response.PutResult(2, null));
        script.call(new StoreRequest.Range(KeyRange.single("register/a")), new Response.Done());

        List<Verdict> verdicts = CheckerSuite.of(Workload.REGISTER, SETTINGS).check(script.history());

        assertThat(verdicts)
                .filteredOn(verdict -> verdict.checker().equals("linearizability"))
                .singleElement()
                .satisfies(verdict -> assertThat(verdict.kind()).isEqualTo(Verdict.Kind.UNKNOWN));
    }

    @Test
    void cannotReadLogsThatAreNotThere() {
        List<Verdict> verdicts = CheckerSuite.of(Workload.SET, SETTINGS)
                .check(History.of(List.of()), Path.of("no-such-folder"), List.of());

        assertThat(verdicts.get(verdicts.size() - 1).kind()).isEqualTo(Verdict.Kind.UNKNOWN);
    }

    @Test
    void registersAreJudgedByTheirValuesAlone() {
        Script script = new Script();
        StoreRequest cas = new StoreRequest.Txn(
                List.of(Compare.value("register/a", "1")),
                List.of(new StoreRequest.Put("register/a", "2")),
                List.of(new StoreRequest.Range(KeyRange.single("register/a"))));
        StoreRequest read = new StoreRequest.Range(KeyRange.single("register/a"));
        script.call(new StoreRequest.Put("register/a", "1"), new Response.PutResult(2, null));
        script.call(cas, new Response.TxnResult(3, true, List.of(new Response.PutResult(0, null))));
        script.call(read, found("2"));
        assertThat(linearizability(script)).isEqualTo(Verdict.Kind.VALID);

        script.call(read, found("1"));
        assertThat(linearizability(script)).isEqualTo(Verdict.Kind.INVALID);
    }

    @Test
    void registersWrittenByOtherCallsCannotBeJudged() {
        Script script = new Script();
        script.call(new StoreRequest.Put("register/a", "1"), new Response.PutResult(2, null));
        script.call(new StoreRequest.DeleteRange(KeyRange.ALL, false), new Response.DeleteResult(3, 1, List.of()));

        assertThat(linearizability(script)).isEqualTo(Verdict.Kind.UNKNOWN);
    }

    private static Response found(String value) {
        return new Response.RangeResult(3, List.of(new KeyValue("register/a", value, 2, 3, 2, 0)), 1, false);
    }

    private static Verdict.Kind linearizability(Script script) {
        return CheckerSuite.of(Workload.REGISTER, SETTINGS).check(script.history()).stream()
                .filter(verdict -> verdict.checker().equals("linearizability"))
                .findFirst()
                .orElseThrow()
                .kind();
    }
}
