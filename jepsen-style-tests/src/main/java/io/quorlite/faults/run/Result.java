package io.quorlite.faults.run;

import io.quorlite.faults.checkers.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What came of a run. Immutable.
 *
 * @param faults how many there were
 * @param down nodes that rightly refused to run on at the end, having found damage
 */
public record Result(
        Cell cell,
        List<Verdict> verdicts,
        long ok,
        long failed,
        long unknown,
        int faults,
        List<String> down,
        Path folder) {
    public Result {
        verdicts = List.copyOf(verdicts);
        down = List.copyOf(down);
    }

    /** INVALID if any promise was broken, else UNKNOWN if any could not be decided, else VALID. */
    public Verdict.Kind kind() {
        if (verdicts.stream().anyMatch(verdict -> verdict.kind() == Verdict.Kind.INVALID)) {
            return Verdict.Kind.INVALID;
        }
        return !verdicts.isEmpty() && verdicts.stream().allMatch(Verdict::isValid)
                ? Verdict.Kind.VALID
                : Verdict.Kind.UNKNOWN;
    }

    /** Every verdict in full. */
    public List<String> explanations() {
        return verdicts.stream().map(Verdict::explanation).toList();
    }

    /** One line for a person. */
    public String line() {
        String why = verdicts.stream()
                .filter(verdict -> !verdict.isValid())
                .map(verdict -> verdict.checker() + ": "
                        + (verdict.findings().isEmpty()
                                ? verdict.summary()
                                : verdict.findings().get(0)))
                .findFirst()
                .orElse("");
        return String.format(
                Locale.ROOT,
                "%-8s %-10s %-28s %d nodes  seed %-6d %6d ok %5d failed %4d unknown %3d faults%s%s",
                kind(),
                cell.workload().argument(),
                cell.nemesis(),
                cell.nodes(),
                cell.seed(),
                ok,
                failed,
                unknown,
                faults,
                down.isEmpty() ? "" : "  refused to serve: " + String.join(",", down),
                why.isEmpty() ? "" : "  " + (why.length() > 240 ? why.substring(0, 240) + "…" : why));
    }
}
