package io.quorlite.faults.run;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.mutants.Mutant;
import io.quorlite.faults.mutants.MutantAgent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Proves that the harness notices a mutant: runs its cell, with another seed where chance was kind to the mutant, until a
 * checker says INVALID. Immutable.
 */
public final class MutantHunt {
    private static final int TRIES_MAX = 3;
    /** A busy machine alone could bring these about, as mutants are not waited for as long. */
    private static final Set<String> IMPATIENT = Set.of("recovery", "final-reads", "settling");

    private final Path launcher;
    private final Path out;

    /** @param out where the folders of the runs go */
    public MutantHunt(Path launcher, Path out) {
        this.launcher = launcher;
        this.out = out;
    }

    /**
     * What came of a hunt.
     *
     * @param checkers that said INVALID, none where the mutant got away
     * @param cell the last that ran
     * @param millis from the start of the first cell's nodes to the verdict
     */
    public record Catch(Mutant mutant, Cell cell, List<String> checkers, int tries, long millis, String finding) {
        public Catch {
            checkers = List.copyOf(checkers);
        }

        public boolean isCaught() {
            return !checkers.isEmpty();
        }

        /** One line for a person. */
        public String line() {
            return String.format(
                    Locale.ROOT,
                    "%-8s %-24s %-10s %-17s seed %-5d %d tries %5.1f s  %s",
                    isCaught() ? "CAUGHT" : "ESCAPED",
                    mutant.name(),
                    cell.workload().argument(),
                    cell.nemesis(),
                    cell.seed(),
                    tries,
                    millis / 1e3,
                    String.join(", ", checkers));
        }

        /** One row of the table in the README. */
        public String row() {
            return String.format(
                    Locale.ROOT,
                    "| `%s` | %s | %s, %s | %s | %d | %d | %.0f s |",
                    mutant.name(),
                    mutant.does(),
                    cell.workload().argument(),
                    cell.nemesis(),
                    String.join(", ", checkers),
                    cell.seed(),
                    tries,
                    millis / 1e3);
        }
    }

    /** @throws IllegalStateException if no node became the mutant: the server has changed, the mutant must follow */
    public Catch hunt(Mutant mutant, long seed) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        for (int tries = 1; ; tries++) {
            Cell cell =
                    Cell.of(mutant.workload(), mutant.nemesis(), mutant.nodes(), mutant.seconds(), seed + tries - 1);
            Path folder = Folders.fresh(out.resolve("mutant-" + mutant.name() + "-" + cell.seed()));
            Result result = Run.of(cell, mutant, launcher, folder);
            requireChanged(mutant, folder);
            List<Verdict> invalid = result.verdicts().stream()
                    .filter(verdict -> verdict.kind() == Verdict.Kind.INVALID && !IMPATIENT.contains(verdict.checker()))
                    .toList();
            Folders.remove(folder.resolve("data"));
            if (!invalid.isEmpty() || tries == TRIES_MAX) {
                return new Catch(
                        mutant,
                        cell,
                        invalid.stream().map(Verdict::checker).distinct().toList(),
                        tries,
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
                        invalid.isEmpty() ? "" : invalid.get(0).findings().get(0));
            }
        }
    }

    /** A mutant that is none would be told to have escaped, or be caught for something else. */
    private static void requireChanged(Mutant mutant, Path folder) throws IOException {
        List<String> said = new ArrayList<>();
        try (Stream<Path> logs = Files.walk(folder.resolve("logs"))) {
            for (Path log : logs.filter(Files::isRegularFile).toList()) {
                Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream() // of a killed node, half a character
                        .filter(line -> line.startsWith(MutantAgent.CHANGED) || line.startsWith(MutantAgent.FAILED))
                        .forEach(said::add);
            }
        }
        boolean changed = mutant.types().stream().allMatch(type -> said.contains(MutantAgent.CHANGED + type));
        if (!changed || said.stream().anyMatch(line -> line.startsWith(MutantAgent.FAILED))) {
            throw new IllegalStateException("no node became " + mutant.name() + ": " + said);
        }
    }
}
