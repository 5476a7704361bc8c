package io.quorlite.faults.run;

import io.quorlite.faults.checkers.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Runs cells, as many at a time as asked, tells what came of each, and writes it down. One use each. */
final class CellRunner {
    private final Path launcher;
    private final Path out;
    private final Ledger ledger;
    private final PrintWriter print;
    private final long begin = System.nanoTime();
    private final Queue<Cell> waiting = new ArrayDeque<>();

    CellRunner(Path launcher, Path out, Ledger ledger, PrintWriter print) {
        this.launcher = launcher;
        this.out = out;
        this.ledger = ledger;
        this.print = print;
    }

    /**
     * Whether all cells that were run are VALID.
     *
     * @param time after which no more are begun; null for no limit
     */
    boolean runAll(List<Cell> cells, int jobs, @Nullable Duration time) throws IOException, InterruptedException {
        waiting.addAll(cells);
        ExecutorService threads = Executors.newFixedThreadPool(jobs);
        try {
            List<Future<Boolean>> outcomes = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                outcomes.add(threads.submit(() -> runWaiting(time)));
            }
            boolean passed = true;
            for (Future<Boolean> outcome : outcomes) {
                passed &= outcome.get();
            }
            return passed;
        } catch (ExecutionException e) {
            throw new IOException("the cells could not be run", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /** Whether the time was up before all cells had begun. */
    synchronized boolean hasPaused() {
        return !waiting.isEmpty();
    }

    private boolean runWaiting(@Nullable Duration time) throws IOException, InterruptedException {
        boolean passed = true;
        for (Cell cell = next(time); cell != null; cell = next(time)) {
            passed &= run(cell);
        }
        return passed;
    }

    private synchronized @Nullable Cell next(@Nullable Duration time) {
        boolean timeIsUp = time != null && System.nanoTime() - begin > time.toNanos();
        return timeIsUp ? null : waiting.poll();
    }

    private boolean run(Cell cell) throws IOException, InterruptedException {
        String name = cell.workload().argument() + "-" + cell.nemesis() + "-" + cell.nodes() + "-" + cell.seed();
        Path folder = Folders.fresh(out.resolve(name));
        try {
            Result result = Run.of(cell, launcher, folder);
            boolean valid = result.kind() == Verdict.Kind.VALID;
            if (valid) {
                Folders.remove(folder.resolve("data")); // of use only where something went wrong
            }
            tell(cell, result, folder);
            return valid;
        } catch (IOException | RuntimeException | AssertionError e) {
            tellBroken(cell, e, folder);
            return false;
        }
    }

    private synchronized void tell(Cell cell, Result result, Path folder) throws IOException {
        ledger.add(result);
        print.println(result.line());
        if (result.kind() != Verdict.Kind.VALID) {
            print.println("         again: " + cell.command());
            print.println("         look:  " + folder.resolve("report.html"));
        }
        print.flush();
    }

    private synchronized void tellBroken(Cell cell, Throwable reason, Path folder) {
        print.println("BROKEN   " + cell + "  the harness failed: " + reason + "   left in " + folder);
        reason.printStackTrace(print);
        print.flush();
    }
}
