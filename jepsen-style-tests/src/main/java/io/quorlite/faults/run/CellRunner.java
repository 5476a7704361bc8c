package io.quorlite.faults.run;

import io.quorlite.faults.checkers.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Runs cells one after the other, tells what came of each, and writes it down. Not thread-safe. */
final class CellRunner {
    private final Path launcher;
    private final Path out;
    private final Ledger ledger;
    private final PrintWriter print;

    CellRunner(Path launcher, Path out, Ledger ledger, PrintWriter print) {
        this.launcher = launcher;
        this.out = out;
        this.ledger = ledger;
        this.print = print;
    }

    /** Whether the cell is VALID. */
    boolean run(Cell cell) throws IOException, InterruptedException {
        String name = cell.workload().argument() + "-" + cell.nemesis() + "-" + cell.nodes() + "-" + cell.seed();
        Path folder = Folders.fresh(out.resolve(name));
        try {
            Result result = Run.of(cell, launcher, folder);
            ledger.add(result);
            print.println(result.line());
            if (result.kind() == Verdict.Kind.VALID) {
                Folders.remove(folder.resolve("data")); // of use only where something went wrong
            } else {
                print.println("         again: " + cell.command());
                print.println("         look:  " + folder.resolve("report.html"));
            }
            return result.kind() == Verdict.Kind.VALID;
        } catch (IOException | RuntimeException | AssertionError e) {
            print.println("BROKEN   " + cell + "  the harness failed: " + e + "   left in " + folder);
            e.printStackTrace(print);
            return false;
        }
    }
}
