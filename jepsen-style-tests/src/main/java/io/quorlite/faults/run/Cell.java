package io.quorlite.faults.run;

import io.quorlite.faults.checkers.suite.Workload;
import io.quorlite.faults.nemesis.Capabilities.Need;
import io.quorlite.faults.nemesis.FaultKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One run: what is done, what harms it, how many nodes there are, for how long, from which seed. Immutable.
 *
 * @param seconds how long load and faults last
 */
public record Cell(Workload workload, List<FaultKind> faults, int nodes, int seconds, long seed) {
    public Cell {
        faults = workload == Workload.MEMBERSHIP ? withMembers(faults) : List.copyOf(faults);
        if (faults.contains(FaultKind.MEMBERS) && faults.stream().anyMatch(FaultKind::needsLinks)) {
            throw new IllegalArgumentException("members that go and come speak TLS: their links cannot be harmed");
        }
        if (nodes < 1 || seconds < 1) {
            throw new IllegalArgumentException(nodes + " nodes for " + seconds + " s");
        }
    }

    /** @throws IllegalArgumentException if there is no such workload or fault */
    public static Cell of(String workload, String nemesis, int nodes, int seconds, long seed) {
        for (Workload known : Workload.values()) {
            if (known.argument().equals(workload)) {
                return new Cell(known, FaultKind.parse(nemesis), nodes, seconds, seed);
            }
        }
        throw new IllegalArgumentException("no workload is called " + workload);
    }

    private static List<FaultKind> withMembers(List<FaultKind> faults) {
        List<FaultKind> all = new ArrayList<>(faults);
        all.removeAll(List.of(FaultKind.NONE, FaultKind.MEMBERS));
        all.add(FaultKind.MEMBERS);
        return List.copyOf(all);
    }

    /** Whether members go and come in it. */
    public boolean changesMembers() {
        return faults.contains(FaultKind.MEMBERS);
    }

    /** The faults' names, joined by {@code +}. */
    public String nemesis() {
        return faults.stream().map(FaultKind::argument).collect(Collectors.joining("+"));
    }

    public boolean needs(Need need) {
        return faults.stream().anyMatch(fault -> fault.needs(need));
    }

    /** The words that make this run again. */
    public String command() {
        return "jepsen-style-tests/bin/faults --workload " + workload.argument() + " --nemesis " + nemesis()
                + " --nodes " + nodes + " --seconds " + seconds + " --seed " + seed;
    }

    @Override
    public String toString() {
        return workload.argument() + " " + nemesis() + " " + nodes + " nodes seed " + seed;
    }
}
