package io.quorlite.faults.checkers.workloads;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import java.util.Map;
import java.util.TreeMap;

/** No two members say that they lead in the same term: somebody would have voted twice. */
public final class ElectionsChecker implements Checker {
    @Override
    public String name() {
        return "elections";
    }

    @Override
    public Verdict check(History history) {
        Findings findings = new Findings(name());
        Map<Long, String> leaders = new TreeMap<>();
        history.lines(HistoryLine.Leader.class).forEach(line -> {
            String other = leaders.putIfAbsent(line.term(), line.node());
            if (other != null && !other.equals(line.node())) {
                findings.add("term " + line.term() + " has two leaders, " + other + " and " + line.node());
            }
        });
        return findings.verdict(leaders.size() + " leaders");
    }
}
