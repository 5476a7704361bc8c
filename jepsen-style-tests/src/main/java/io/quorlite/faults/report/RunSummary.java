package io.quorlite.faults.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.checkers.suite.CheckerSuite;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.Operation;
import java.util.List;

/**
 * A run in numbers: what {@code results.json} holds. Immutable.
 *
 * @param passed whether every checker passed; one that could not decide did not
 */
public record RunSummary(
        boolean passed,
        long seed,
        String workload,
        String nemesis,
        int nodes,
        double seconds,
        long ok,
        long failed,
        long unknown,
        long watchEvents,
        long faults,
        long elections,
        List<Verdict> verdicts) {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    public RunSummary {
        verdicts = List.copyOf(verdicts);
    }

    public static RunSummary of(History history, List<Verdict> verdicts) {
        HistoryLine.RunStarted started = history.runStarted();
        return new RunSummary(
                CheckerSuite.passed(verdicts),
                started == null ? 0 : started.seed(),
                started == null ? "unknown" : started.workload(),
                started == null ? "unknown" : started.nemesis(),
                started == null ? 0 : started.nodes(),
                Math.round(history.endNanos() / 1e6) / 1e3,
                history.operations().stream().filter(Operation::isOk).count(),
                history.operations().stream().filter(Operation::isFail).count(),
                history.operations().stream().filter(Operation::isInfo).count(),
                history.watches().stream()
                        .mapToLong(watch -> watch.events().size())
                        .sum(),
                history.lines(HistoryLine.Fault.class)
                        .filter(HistoryLine.Fault::active)
                        .count(),
                history.lines(HistoryLine.Leader.class).count(),
                verdicts);
    }

    public String toJson() {
        return GSON.toJson(this);
    }
}
