package io.quorlite.faults.checkers.listappend;

import static io.quorlite.faults.history.ListStep.append;
import static io.quorlite.faults.history.ListStep.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.ListStep;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.WorkloadRequest.ListTxn;
import io.quorlite.faults.simulation.SimulatedLists;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Each anomaly in its smallest form; good runs; and good runs harmed. */
class ListAppendCheckerTest {
    private final List<HistoryLine> begins = new ArrayList<>();
    private final List<HistoryLine> ends = new ArrayList<>();

    @Test
    void acceptsGoodRuns() {
        for (int seed = 0; seed < 60; seed++) {
            assertThat(check(SimulatedLists.lines(seed, 300, 0.05)).explanation())
                    .contains("VALID: 301");
            assertThat(check(SimulatedLists.lines(seed, 300, 0.5)).isValid()).isTrue();
        }
        assertThat(check(SimulatedLists.lines(1, 10_000, 0.1)).isValid()).isTrue();
    }

    @Test
    void g0TwoWritersInterleaved() {
        txn(append("x", 1), append("y", 1));
        txn(append("x", 2), append("y", 2));
        txn(read("x", list(1, 2)), read("y", list(2, 1)));

        assertAnomaly("G0:");
    }

    @Test
    void g1aReadOfAFailedTransaction() {
        end(Outcome.FAIL, append("x", 1));
        txn(read("x", list(1)));

        assertAnomaly("G1a");
    }

    @Test
    void g1bReadFromTheMiddleOfATransaction() {
        txn(append("x", 1), append("x", 2));
        txn(read("x", list(1)));

        assertAnomaly("G1b");
    }

    @Test
    void g1cTwoTransactionsThatReadEachOther() {
        txn(append("x", 1), read("y", list(1)));
        txn(append("y", 1), read("x", list(1)));

        assertAnomaly("G1c:");
    }

    @Test
    void gSingleReadSkew() {
        txn(append("x", 1), append("y", 1));
        txn(read("x", list(1)), read("y", list()));
        txn(read("y", list(1)));

        assertAnomaly("G-single:");
    }

    @Test
    void lostUpdate() {
        txn(append("x", 1));
        txn(read("x", list(1)), append("x", 2));
        txn(read("x", list(1)), append("x", 3));
        txn(read("x", list(1, 2, 3)));

        assertAnomaly("G-single:");
    }

    @Test
    void g2WriteSkew() {
        txn(read("x", list()), append("y", 1));
        txn(read("y", list()), append("x", 1));
        txn(read("x", list(1)), read("y", list(1)));

        assertAnomaly("G2:");
    }

    @Test
    void realTimeStaleRead() {
        sequential(append("x", 1));
        sequential(read("x", list()));
        txn(read("x", list(1)));

        assertAnomaly("G-single-realtime:");
    }

    @Test
    void lostAppend() {
        sequential(append("x", 1));
        sequential(append("x", 2));
        sequential(read("x", list(1)));

        assertAnomaly("G-single-realtime:");
    }

    @Test
    void writesAgainstRealTime() {
        sequential(append("x", 1));
        sequential(append("x", 2));
        txn(read("x", list(2, 1)));

        assertAnomaly("G0-realtime:");
    }

    @Test
    void readsThatNoSingleOrderAllows() {
        txn(append("x", 1));
        txn(append("x", 2));
        txn(read("x", list(1, 2)));
        txn(read("x", list(2)));

        assertAnomaly("incompatible order");
    }

    @Test
    void elementsFromNowhereOrTwice() {
        txn(append("x", 1));
        txn(read("x", list(1, 9)));
        assertAnomaly("garbage");

        begins.clear();
        ends.clear();
        txn(append("x", 1));
        txn(read("x", list(1, 1)));
        assertAnomaly("duplicate");
    }

    @Test
    void aTransactionThatDoesNotSeeItself() {
        txn(append("x", 1), read("x", list()));

        assertAnomaly("internal");
    }

    @Test
    void cannotDecideWithoutReads() {
        txn(append("x", 1));

        assertThat(check(lines()).kind()).isEqualTo(Verdict.Kind.UNKNOWN);
    }

    @Test
    void tellsTheCycleSoThatAPersonCanFollowIt() {
        sequential(append("x", 1));
        sequential(read("x", list()));
        txn(read("x", list(1)));

        assertThat(check(lines()).explanation())
                .contains("T1 (process 1, line 3, OK) [read(x) -> []]")
                .contains("before T0 [rw] x: was read as [], before 1")
                .contains("before T1 [time] which began after it had ended");
    }

    @Test
    void findsAnAcknowledgedAppendLostFromGoodRuns() {
        for (int seed = 0; seed < 30; seed++) {
            List<HistoryLine> lines = SimulatedLists.lines(seed, 200, 0.2);
            long lost = acknowledgedElement(lines);
            assertThat(check(changed(lines, lost)).kind()).as("seed %s", seed).isEqualTo(Verdict.Kind.INVALID);
        }
    }

    @Test
    void findsAStaleLastReadInGoodRuns() {
        for (int seed = 0; seed < 30; seed++) {
            List<HistoryLine> lines = new ArrayList<>(SimulatedLists.lines(seed, 200, 0.2));
            HistoryLine.Completed last = (HistoryLine.Completed) lines.get(lines.size() - 1);
            List<ListStep> steps = steps(last).stream()
                    .map(step ->
                            read(step.key(), list(step).subList(0, list(step).size() / 2)))
                    .toList();
            lines.set(lines.size() - 1, withSteps(last, steps));
            assertThat(check(lines).kind()).as("seed %s", seed).isEqualTo(Verdict.Kind.INVALID);
        }
    }

    private static long acknowledgedElement(List<HistoryLine> lines) {
        return lines.stream()
                .filter(HistoryLine.Completed.class::isInstance)
                .map(HistoryLine.Completed.class::cast)
                .filter(line -> line.outcome() == Outcome.OK)
                .flatMap(line -> steps(line).stream())
                .filter(ListStep::isAppend)
                .skip(20)
                .map(step -> Objects.requireNonNull(step.element()))
                .findFirst()
                .orElseThrow();
    }

    /** Takes an element out of every read. */
    private static List<HistoryLine> changed(List<HistoryLine> lines, long lost) {
        return lines.stream()
                .map(line -> line instanceof HistoryLine.Completed end && end.outcome() == Outcome.OK
                        ? withSteps(
                                end,
                                steps(end).stream()
                                        .map(step -> without(step, lost))
                                        .toList())
                        : line)
                .toList();
    }

    private static ListStep without(ListStep step, long lost) {
        return step.isAppend()
                ? step
                : read(
                        step.key(),
                        list(step).stream().filter(element -> element != lost).toList());
    }

    private static HistoryLine withSteps(HistoryLine.Completed line, List<ListStep> steps) {
        return new HistoryLine.Completed(
                line.nanos(), line.process(), Outcome.OK, new Response.ListTxnResult(steps), null);
    }

    private static List<ListStep> steps(HistoryLine.Completed line) {
        return ((Response.ListTxnResult) Objects.requireNonNull(line.response())).steps();
    }

    private static List<Long> list(ListStep step) {
        return Objects.requireNonNull(step.read());
    }

    private static List<Long> list(long... elements) {
        return Arrays.stream(elements).boxed().toList();
    }

    /** A transaction that runs beside all others. */
    private void txn(ListStep... steps) {
        end(Outcome.OK, steps);
    }

    /** A transaction that is over before the next begins. */
    private void sequential(ListStep... steps) {
        int at = begins.size();
        end(Outcome.OK, steps);
        begins.add(at + 1, ends.remove(ends.size() - 1));
    }

    private void end(Outcome outcome, ListStep... steps) {
        int process = (int)
                begins.stream().filter(HistoryLine.Invoked.class::isInstance).count();
        List<ListStep> asked = Arrays.stream(steps)
                .map(step -> step.isAppend() ? step : read(step.key()))
                .toList();
        begins.add(new HistoryLine.Invoked(0, process, "n1", new ListTxn(asked)));
        ends.add(new HistoryLine.Completed(
                0,
                process,
                outcome,
                outcome == Outcome.OK ? new Response.ListTxnResult(List.of(steps)) : null,
                outcome == Outcome.OK ? null : new Failure(Failure.Kind.REFUSED, "")));
    }

    private List<HistoryLine> lines() {
        List<HistoryLine> lines = new ArrayList<>(begins);
        lines.addAll(ends);
        return lines;
    }

    private void assertAnomaly(String name) {
        assertThat(check(lines()).findings()).anyMatch(finding -> finding.startsWith(name));
    }

    private static Verdict check(List<HistoryLine> lines) {
        return new ListAppendChecker().check(History.of(lines));
    }
}
