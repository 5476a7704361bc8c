package io.quorlite.faults.run;

import com.google.gson.Gson;
import io.quorlite.faults.checkers.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of every cell that ran, as JSON lines in one file, so that a long matrix can be run in pieces: what is VALID already
 * with this build is not run again. Not thread-safe.
 */
final class Ledger {
    private static final Gson GSON = new Gson();

    /** One run. */
    record Entry(
            String build,
            String date,
            String workload,
            String nemesis,
            int nodes,
            int seconds,
            long seed,
            String verdict,
            long ok,
            long failed,
            long unknown,
            int faults,
            String remark) {
        String cell() {
            return workload + " " + nemesis + " " + nodes;
        }

        boolean isValid() {
            return verdict.equals(Verdict.Kind.VALID.name());
        }
    }

    private final Path file;
    private final String build;
    private final List<Entry> entries = new ArrayList<>();

    private Ledger(Path file, String build) {
        this.file = file;
        this.build = build;
    }

    /** @param build what the nodes are made of now */
    static Ledger open(Path file, String build) throws IOException {
        Ledger ledger = new Ledger(file, build);
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                ledger.entries.add(GSON.fromJson(line, Entry.class));
            }
        }
        return ledger;
    }

    /** Whether the cell was VALID with this build, whatever its seed. */
    boolean knowsValid(Cell cell) {
        return entries.stream()
                .anyMatch(entry -> entry.build().equals(build)
                        && entry.isValid()
                        && entry.cell().equals(of(cell)));
    }

    void add(Result result) throws IOException {
        Cell cell = result.cell();
        Entry entry = new Entry(
                build,
                LocalDate.now().toString(),
                cell.workload().argument(),
                cell.nemesis(),
                cell.nodes(),
                cell.seconds(),
                cell.seed(),
                result.kind().name(),
                result.ok(),
                result.failed(),
                result.unknown(),
                result.faults(),
                result.down().isEmpty() ? "" : "refused to serve: " + String.join(",", result.down()));
        entries.add(entry);
        Files.writeString(file, GSON.toJson(entry) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** The last run of each cell with this build, as a table in Markdown, and what they come to together. */
    List<String> table() {
        Map<String, Entry> last = new LinkedHashMap<>();
        entries.stream().filter(entry -> entry.build().equals(build)).forEach(entry -> last.put(entry.cell(), entry));
        List<Entry> bySeed = new ArrayList<>(last.values());
        bySeed.sort(Comparator.comparingLong(Entry::seed));
        return new ResultsTable(bySeed).lines(build);
    }

    private static String of(Cell cell) {
        return cell.workload().argument() + " " + cell.nemesis() + " " + cell.nodes();
    }
}
