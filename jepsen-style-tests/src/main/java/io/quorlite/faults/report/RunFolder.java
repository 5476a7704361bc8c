package io.quorlite.faults.report;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The folder of one run:
 *
 * <pre>
 * history.jsonl   every call, watch message, fault and election
 * results.json    what was run, with its seed, counts and verdicts
 * report.html     the same as a page with a timeline, without any other resource
 * logs/           what the nodes wrote
 * </pre>
 */
public record RunFolder(Path path) {
    /** Creates the folder, with an empty one for logs. */
    public static RunFolder create(Path path) throws IOException {
        RunFolder folder = new RunFolder(path);
        Files.createDirectories(folder.logs());
        return folder;
    }

    public Path history() {
        return path.resolve("history.jsonl");
    }

    public Path results() {
        return path.resolve("results.json");
    }

    public Path page() {
        return path.resolve("report.html");
    }

    public Path logs() {
        return path.resolve("logs");
    }

    /** Reads the history that was recorded. */
    public History readHistory() throws IOException {
        return HistoryReader.read(history());
    }

    /** Writes results and page. */
    public void write(History history, List<Verdict> verdicts) throws IOException {
        RunSummary summary = RunSummary.of(history, verdicts);
        Files.writeString(results(), summary.toJson() + "\n");
        Files.writeString(page(), HtmlReport.page(summary, history));
    }
}
