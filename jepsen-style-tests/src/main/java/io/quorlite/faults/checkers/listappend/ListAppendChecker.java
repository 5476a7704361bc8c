package io.quorlite.faults.checkers.listappend;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.checkers.listappend.DependencyGraph.Edge;
import io.quorlite.faults.checkers.listappend.DependencyGraph.Kind;
import io.quorlite.faults.history.History;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Strict serializability of list transactions: no cycle of write-write, write-read, read-write and real-time edges. The
 * anomalies have Adya's names; the weakest guarantee that is broken is told.
 */
public final class ListAppendChecker implements Checker {
    private static final Set<Kind> WW = EnumSet.of(Kind.WW);
    private static final Set<Kind> WW_WR = EnumSet.of(Kind.WW, Kind.WR);
    private static final Set<Kind> ALL_BUT_TIME = EnumSet.of(Kind.WW, Kind.WR, Kind.RW);

    @Override
    public String name() {
        return "list-append";
    }

    @Override
    public Verdict check(History history) {
        Findings findings = new Findings(name());
        ListTxns txns = new ListTxns(history);
        txns.ambiguous().forEach(findings::undecided);
        VersionOrders versions = new VersionOrders(txns, findings);
        if (versions.reads().isEmpty()) {
            findings.undecided("no list was read");
        }
        if (findings.isEmpty()) { // else the orders that edges are taken from are not to be trusted
            reportCycles(txns, new CycleSearch(new DependencyGraph(txns, versions)), findings);
        }
        return findings.verdict(txns.all().size() + " transactions, "
                + versions.reads().size() + " reads of " + versions.orders().size() + " lists");
    }

    private static void reportCycles(ListTxns txns, CycleSearch search, Findings findings) {
        for (boolean time : new boolean[] {false, true}) {
            String suffix = time ? "-realtime" : "";
            if (report(txns, "G0" + suffix, search.cycles(with(WW, time)), findings)
                    || report(txns, "G1c" + suffix, search.cycles(with(WW_WR, time)), findings)
                    || report(txns, "G-single" + suffix, search.cyclesWithRw(with(ALL_BUT_TIME, time), true), findings)
                    || report(txns, "G2" + suffix, search.cyclesWithRw(with(ALL_BUT_TIME, time), false), findings)) {
                return;
            }
        }
    }

    private static Set<Kind> with(Set<Kind> kinds, boolean time) {
        Set<Kind> all = EnumSet.copyOf(kinds);
        if (time) {
            all.add(Kind.TIME);
        }
        return all;
    }

    private static boolean report(ListTxns txns, String name, List<List<Edge>> cycles, Findings findings) {
        for (List<Edge> cycle : cycles) {
            findings.add(name + ": " + told(cycle, txns));
        }
        return !cycles.isEmpty();
    }

    /** The cycle, one edge a line; a way through moments is told as one. */
    private static String told(List<Edge> cycle, ListTxns txns) {
        StringBuilder text = new StringBuilder();
        int count = txns.all().size();
        for (Edge edge : cycle) {
            boolean fromTxn = edge.from() < count;
            boolean toTxn = edge.to() < count;
            if (fromTxn) {
                text.append("\n      ").append(txns.all().get(edge.from())).append("\n        before T");
            }
            if (toTxn) {
                text.append(edge.to())
                        .append(
                                edge.kind() == Kind.TIME
                                        ? " [time] which began after it had ended"
                                        : " [" + edge.kind().name().toLowerCase(Locale.ROOT) + "] " + edge.why());
            }
        }
        return text.append("\n      and so on, round and round").toString();
    }
}
