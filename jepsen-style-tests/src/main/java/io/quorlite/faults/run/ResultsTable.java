package io.quorlite.faults.run;

import io.quorlite.faults.checkers.suite.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What came of many cells, in Markdown: one fault on three nodes as a grid of faults and workloads, everything else as a list. A cell reads
 * calls that were ok / that failed / whose outcome is unknown · faults.
 */
final class ResultsTable {
    private static final int GRID_NODES = 3;
    private static final String WITH_MEMBERS = "+members";

    private final Map<String, Map<String, Ledger.Entry>> grid = new LinkedHashMap<>();
    private final List<Ledger.Entry> others = new ArrayList<>();
    private final Collection<Ledger.Entry> all;

    ResultsTable(Collection<Ledger.Entry> entries) {
        all = entries;
        for (Ledger.Entry entry : entries) {
            String fault = fault(entry);
            if (entry.nodes() == GRID_NODES && !fault.contains("+")) {
                grid.computeIfAbsent(fault, none -> new LinkedHashMap<>()).put(entry.workload(), entry);
            } else {
                others.add(entry);
            }
        }
    }

    /** The workload of members has their coming and going beside whatever else it is run with. */
    private static String fault(Ledger.Entry entry) {
        if (!entry.workload().equals(Workload.MEMBERSHIP.argument())) {
            return entry.nemesis();
        }
        return entry.nemesis().endsWith(WITH_MEMBERS)
                ? entry.nemesis().substring(0, entry.nemesis().length() - WITH_MEMBERS.length())
                : "none";
    }

    List<String> lines(String build) {
        List<String> lines = new ArrayList<>();
        if (!grid.isEmpty()) {
            List<String> workloads =
                    Arrays.stream(Workload.values()).map(Workload::argument).toList();
            lines.add("| faults | seeds | " + String.join(" | ", workloads) + " |");
            lines.add("| --- | --- |" + " --- |".repeat(workloads.size()));
            grid.forEach((fault, cells) -> lines.add("| " + fault + " | " + seeds(cells.values()) + " | "
                    + workloads.stream()
                            .map(workload -> cell(cells.get(workload)))
                            .collect(Collectors.joining(" | "))
                    + " |"));
            lines.add("");
        }
        if (!others.isEmpty()) {
            lines.add("| workload | faults | nodes | seed | ok / failed / unknown · faults |");
            lines.add("| --- | --- | --- | --- | --- |");
            others.forEach(entry -> lines.add("| " + entry.workload() + " | " + entry.nemesis() + " | " + entry.nodes()
                    + " | " + entry.seed() + " | " + cell(entry) + " |"));
            lines.add("");
        }
        lines.add(String.format(
                Locale.ROOT,
                "%d cells, %d of them VALID, %d calls, %d faults; build %s. † A node refused to serve, for what it found damaged.",
                all.size(),
                all.stream().filter(Ledger.Entry::isValid).count(),
                all.stream()
                        .mapToLong(entry -> entry.ok() + entry.failed() + entry.unknown())
                        .sum(),
                all.stream().mapToLong(Ledger.Entry::faults).sum(),
                build));
        return lines;
    }

    private static String seeds(Collection<Ledger.Entry> cells) {
        long first = cells.stream().mapToLong(Ledger.Entry::seed).min().orElse(0);
        long last = cells.stream().mapToLong(Ledger.Entry::seed).max().orElse(0);
        return first == last ? Long.toString(first) : first + "–" + last;
    }

    private static String cell(Ledger.@Nullable Entry entry) {
        if (entry == null) {
            return "";
        }
        return (entry.isValid() ? "" : "**" + entry.verdict() + "** ") + entry.ok() + " / " + entry.failed() + " / "
                + entry.unknown() + " · " + entry.faults() + (entry.remark().isEmpty() ? "" : " †");
    }
}
