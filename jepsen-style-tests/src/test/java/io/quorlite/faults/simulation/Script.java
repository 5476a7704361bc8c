package io.quorlite.faults.simulation;

import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.Request;
import io.quorlite.faults.history.Response;
import java.util.ArrayList;
import java.util.List;

/** A history written by hand: each step is one line, a millisecond after the last. */
public final class Script {
    private final List<HistoryLine> lines = new ArrayList<>();
    private int processes;

    /** A call begins; the number is for its end. */
    public int begin(Request request) {
        return begin("n1", request);
    }

    public int begin(String node, Request request) {
        lines.add(new HistoryLine.Invoked(now(), processes, node, request));
        return processes++;
    }

    public Script ok(int process, Response response) {
        lines.add(new HistoryLine.Completed(now(), process, Outcome.OK, response, null));
        return this;
    }

    public Script unknown(int process) {
        lines.add(new HistoryLine.Completed(
                now(), process, Outcome.INFO, null, new Failure(Failure.Kind.NO_ANSWER, "deadline")));
        return this;
    }

    public Script fail(int process) {
        lines.add(new HistoryLine.Completed(
                now(), process, Outcome.FAIL, null, new Failure(Failure.Kind.REFUSED, "no leader")));
        return this;
    }

    /** A call that is over before anything else happens. */
    public Script call(Request request, Response response) {
        return ok(begin(request), response);
    }

    public Script callAt(String node, Request request, Response response) {
        return ok(begin(node, request), response);
    }

    public Script waitMillis(int millis) {
        for (int i = 0; i < millis; i++) {
            lines.add(new HistoryLine.Phase(now(), "wait"));
        }
        return this;
    }

    public History history() {
        return History.of(lines);
    }

    private long now() {
        return lines.size() * 1_000_000L;
    }
}
