package io.quorlite.faults.mutants;

import java.util.List;

/**
 * A server with one wrong behaviour, and under which load and faults that shows. Immutable.
 *
 * @param name in words with hyphens
 * @param does what is wrong, for a person
 * @param everywhere whether all nodes are mutants, or the first one alone
 * @param seconds how long load and faults last in one try
 */
public record Mutant(
        String name,
        String does,
        boolean everywhere,
        List<Rewrite> rewrites,
        String workload,
        String nemesis,
        int seconds) {
    public Mutant {
        rewrites = List.copyOf(rewrites);
        if (rewrites.isEmpty()) {
            throw new IllegalArgumentException(name + " changes nothing");
        }
    }

    /** One on all nodes, which shows without any fault. */
    static Mutant of(String name, String does, String workload, Rewrite... rewrites) {
        return new Mutant(name, does, true, List.of(rewrites), workload, "none", 10);
    }

    /** The classes that are changed. */
    public List<String> types() {
        return rewrites.stream().map(Rewrite::type).distinct().toList();
    }

    Mutant under(String newNemesis, int newSeconds) {
        return new Mutant(name, does, everywhere, rewrites, workload, newNemesis, newSeconds);
    }

    Mutant onOneNode() {
        return new Mutant(name, does, false, rewrites, workload, nemesis, seconds);
    }
}
