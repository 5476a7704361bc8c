package io.quorlite.faults.run;

import io.quorlite.faults.checkers.suite.Workload;
import io.quorlite.faults.cluster.Commands;
import io.quorlite.faults.mutants.Mutant;
import io.quorlite.faults.mutants.Mutants;
import io.quorlite.faults.nemesis.Capabilities;
import io.quorlite.faults.nemesis.FaultKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code faults}. */
@Command(
        name = "faults",
        description =
                "Runs a cluster under load and faults, and checks from the history alone whether it kept its promises.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:every cell is VALID",
            "1:some cell is INVALID or UNKNOWN, or could not be run",
            "2:the command line is wrong",
            "3:paused: there is more to run"
        })
public final class Faults implements Callable<Integer> {
    private static final int PAUSED = 3;
    private static final double NANOS_PER_MINUTE = 60e9;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--workload",
            defaultValue = "register",
            description = "What clients do (default: ${DEFAULT-VALUE}).")
    String workload = "";

    @Option(
            names = "--nemesis",
            defaultValue = "kill-leader",
            description = "What is done to the cluster; several joined by + (default: ${DEFAULT-VALUE}).")
    String nemesis = "";

    @Option(names = "--nodes", defaultValue = "3", description = "How many (default: ${DEFAULT-VALUE}).")
    int nodes;

    @Option(names = "--minutes", description = "How long load and faults last.")
    @Nullable Double minutes;

    @Option(names = "--seconds", defaultValue = "30", description = "The same in seconds (default: ${DEFAULT-VALUE}).")
    int seconds;

    @Option(names = "--seed", description = "Where the schedule comes from (default: a new one).")
    @Nullable Long seed;

    @Option(names = "--matrix", description = "Runs many cells instead: quick, full or soak.")
    @Nullable String matrix;

    @Option(
            names = "--pause-after",
            paramLabel = "MINUTES",
            description =
                    "Begins no more cells after so long. The next time, cells that were VALID with the same build are"
                            + " not run again (full and soak).")
    @Nullable Double pauseAfter;

    @Option(
            names = "--jobs",
            defaultValue = "1",
            description = "How many cells run at a time (default: ${DEFAULT-VALUE}).")
    int jobs;

    @Option(names = "--strict", description = "A cell that cannot be done here is a failure.")
    boolean strict;

    @Option(names = "--results", description = "Prints what came of all cells with this build, as a table.")
    boolean results;

    @Option(
            names = "--mutants",
            split = ",",
            description = "Runs servers with faults of our own making, by name or all, and tells who noticed.")
    List<String> mutants = List.of();

    @Option(names = "--list", description = "Lists workloads and faults, and what cannot be done here.")
    boolean list;

    @Option(names = "--launcher", required = true, description = "The node agent's launcher; bin/faults gives it.")
    Path launcher = Path.of("");

    @Option(
            names = "--out",
            defaultValue = "target/faults",
            description = "Where the folders of runs go (default: ${DEFAULT-VALUE}).")
    Path out = Path.of("");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Faults()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter print = spec.commandLine().getOut();
        if (jobs < 1) {
            throw new ParameterException(spec.commandLine(), "--jobs must be at least 1");
        }
        Files.createDirectories(out);
        Ledger ledger = Ledger.open(out.resolve("ledger.jsonl"), Build.of(launcher));
        if (results) {
            ledger.table().forEach(print::println);
            print.flush();
            return 0;
        }
        Capabilities capabilities = Capabilities.probe(out.toAbsolutePath());
        if (list) {
            list(print, capabilities);
            return 0;
        }
        Commands.succeeds(launcher.toString(), "warm-up"); // an archive of loaded classes: nodes start in half the time
        if (!mutants.isEmpty()) {
            return hunt(print, capabilities) ? 0 : 1;
        }
        return runAll(print, capabilities, ledger);
    }

    private int runAll(PrintWriter print, Capabilities capabilities, Ledger ledger)
            throws IOException, InterruptedException {
        CellRunner runner = new CellRunner(launcher.toAbsolutePath(), out.toAbsolutePath(), ledger, print);
        boolean passed = true;
        List<Cell> possible = new ArrayList<>();
        for (Cell cell : cells()) {
            String missing = missing(cell, capabilities);
            if (missing != null) {
                print.println("SKIPPED  " + cell + "  cannot be done here: " + missing);
                passed &= matrix != null && !strict;
            } else if (!Matrix.inPieces(matrix) || !ledger.knowsValid(cell)) {
                possible.add(cell);
            }
        }
        print.flush();
        Duration time = pauseAfter == null ? null : Duration.ofNanos((long) (pauseAfter * NANOS_PER_MINUTE));
        passed &= runner.runAll(possible, jobs, time);
        if (runner.hasPaused()) {
            print.println("PAUSED   the same command goes on from here");
            return PAUSED;
        }
        return passed ? 0 : 1;
    }

    private boolean hunt(PrintWriter print, Capabilities capabilities) throws IOException, InterruptedException {
        MutantHunt hunt = new MutantHunt(launcher.toAbsolutePath(), out.toAbsolutePath());
        boolean allCaught = true;
        List<MutantHunt.Catch> caught = new ArrayList<>();
        for (Mutant mutant : chosenMutants()) {
            Cell cell = Cell.of(mutant.workload(), mutant.nemesis(), mutant.nodes(), mutant.seconds(), firstSeed());
            String missing = missing(cell, capabilities);
            if (missing != null) {
                print.println("SKIPPED  " + mutant.name() + "  cannot be done here: " + missing);
                continue;
            }
            try {
                MutantHunt.Catch found = hunt.hunt(mutant, firstSeed());
                caught.add(found);
                allCaught &= found.isCaught();
                print.println(found.line());
                print.println("         " + found.finding());
            } catch (IOException | RuntimeException | AssertionError e) {
                allCaught = false;
                print.println("BROKEN   " + mutant.name() + "  " + e);
            }
            print.flush();
        }
        print.println();
        print.println("| mutant | what is wrong | workload, faults | noticed by | seed | tries | time |");
        print.println("| --- | --- | --- | --- | --- | --- | --- |");
        caught.forEach(found -> print.println(found.row()));
        print.flush();
        return allCaught;
    }

    private List<Mutant> chosenMutants() {
        try {
            return mutants.equals(List.of("all"))
                    ? Mutants.all()
                    : mutants.stream().map(Mutants::named).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage() + "; see --list", e);
        }
    }

    private long firstSeed() {
        return seed == null ? System.nanoTime() % 1_000_000 : seed;
    }

    private List<Cell> cells() {
        long from = firstSeed();
        int time = minutes == null ? seconds : (int) Math.max(1, Math.round(minutes * 60));
        try {
            return matrix != null ? Matrix.of(matrix, from) : List.of(Cell.of(workload, nemesis, nodes, time, from));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage() + "; see --list", e);
        }
    }

    private static @Nullable String missing(Cell cell, Capabilities capabilities) {
        return cell.faults().stream()
                .map(fault -> fault.missing(capabilities))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static void list(PrintWriter print, Capabilities capabilities) {
        print.println("workloads:");
        for (Workload workload : Workload.values()) {
            print.println("  " + workload.argument());
        }
        print.println("faults:");
        for (FaultKind fault : FaultKind.values()) {
            String missing = fault.missing(capabilities);
            print.printf(Locale.ROOT, "  %-20s%s%n", fault.argument(), missing == null ? "" : "not here: " + missing);
        }
        print.println("mutants:");
        for (Mutant mutant : Mutants.all()) {
            print.printf(Locale.ROOT, "  %-26s%s%n", mutant.name(), mutant.does());
        }
        print.flush();
    }
}
