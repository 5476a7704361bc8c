package io.quorlite.faults.mutants;

import java.util.List;
import java.util.stream.Stream;

/** Every mutant there is. */
public final class Mutants {
    private Mutants() {}

    public static List<Mutant> all() {
        return Stream.of(
                        LogMutants.all(), ApplyMutants.all(), ReadMutants.all(), WatchMutants.all(), LeaseMutants.all())
                .flatMap(List::stream)
                .toList();
    }

    /** @throws IllegalArgumentException if there is none of this name */
    public static Mutant named(String name) {
        return all().stream()
                .filter(mutant -> mutant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no mutant is called " + name));
    }
}
