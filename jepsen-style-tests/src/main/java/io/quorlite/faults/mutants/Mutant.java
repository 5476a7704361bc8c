package io.quorlite.faults.mutants;

import java.util.List;

/**
 * A server with one wrong behaviour, and under which load and faults that shows. Immutable.
 *
 * @param name in words with hyphens
 * @param does what is wrong, for a person
 * @param nodes how many there are; what shows without faults shows on one, which starts sooner
 * @param everywhere whether all nodes are mutants, or the first one alone
 * @param seconds how long load and faults last in one try
 */
public record Mutant(
        String name,
        String does,
        int nodes,
        boolean everywhere,
        List<Rewrite> rewrites,
        String workload,
        String nemesis,
        int seconds) {
    private static final int CLUSTER = 3;

    public Mutant {
        rewrites = List.copyOf(rewrites);
        if (rewrites.isEmpty()) {
            throw new IllegalArgumentException(name + " changes nothing");
        }
    }

    /** One that shows on a single node without any fault. */
    static Mutant of(String name, String does, String workload, Rewrite... rewrites) {
        return new Mutant(name, does, 1, true, List.of(rewrites), workload, "none", 8);
    }

    /** The classes that are changed. */
    public List<String> types() {
        return rewrites.stream().map(Rewrite::type).distinct().toList();
    }

    /** The same on a cluster, under other faults, for another time. */
    public Mutant under(String newNemesis, int newSeconds) {
        return new Mutant(name, does, CLUSTER, everywhere, rewrites, workload, newNemesis, newSeconds);
    }

    /** The same where one node of a cluster is the mutant. */
    Mutant onOneNode() {
        return new Mutant(name, does, CLUSTER, false, rewrites, workload, nemesis, seconds);
    }
}
