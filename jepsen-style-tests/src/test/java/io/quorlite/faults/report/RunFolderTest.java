package io.quorlite.faults.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.HistoryRecorder;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.Request;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.WorkloadRequest;
import io.quorlite.faults.simulation.SimulatedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    private static final List<Verdict> VERDICTS = List.of(
            Verdict.valid("hashes", "3 members"),
            Verdict.invalid("revisions", "9 calls", List.of("lost </script><b> at line 4: process 0")),
            Verdict.unknown("linearizability", "no answer in 5 ms"));

    @TempDir
    private Path parent;

    @Test
    void writesWhatARunLeaves() throws IOException {
        RunFolder folder = RunFolder.create(parent.resolve("run"));
        AtomicLong clock = new AtomicLong();
        try (HistoryRecorder recorder = HistoryRecorder.create(folder.history(), () -> clock.addAndGet(1_000_000))) {
            recorder.runStarted(42, "set", "kill", 3);
            int process = recorder.newProcess();
            recorder.invoked(process, "n1", new WorkloadRequest.SetAdd("s", "1"));
            recorder.faultBegan("kill", "n2");
            recorder.leader("n3", 7);
            recorder.ok(process, new Response.Done());
            recorder.faultEnded("kill", "n2");
        }

        folder.write(folder.readHistory(), VERDICTS);

        JsonObject results =
                JsonParser.parseString(Files.readString(folder.results())).getAsJsonObject();
        assertThat(results.get("seed").getAsLong()).isEqualTo(42);
        assertThat(results.get("passed").getAsBoolean()).isFalse();
        assertThat(results.get("ok").getAsInt()).isEqualTo(1);
        assertThat(results.getAsJsonArray("verdicts")).hasSize(3);
        Timeline drawn = data(Files.readString(folder.page()));
        assertThat(drawn.operations())
                .singleElement()
                .satisfies(bar -> assertThat(bar.s()).contains("SetAdd"));
        assertThat(drawn.faults()).containsExactly(new Timeline.Interval("kill", 3, 6, "n2"));
        assertThat(drawn.leaders()).containsExactly(new Timeline.Interval("n3", 4, 6, "term 7"));
    }

    @Test
    void thePageNeedsNothingElseAndEscapesWhatItShows() throws IOException {
        String page = page(SimulatedRun.lines(1, 50, 0.2));

        assertThat(page).doesNotContain("http", "src=", "@import", "{{", "<b> at");
        assertThat(page)
                .contains("class=\"verdict INVALID\"", "class=\"verdict UNKNOWN\"", "badge failed")
                .contains("lost &lt;/script&gt;&lt;b&gt; at <a href=\"#timeline\" data-line=\"4\">line 4</a>");
        assertThat(page.split("</script>", -1)).hasSize(3);
    }

    @Test
    void textOfTheRunCannotEndTheScript() throws IOException {
        Request odd = new WorkloadRequest.SetAdd("</script><script>alert(1)", "{{style}}");
        String page = page(List.of(new HistoryLine.Invoked(0, 0, "n1", odd)));

        assertThat(page.split("</script>", -1)).hasSize(3);
        assertThat(data(page).operations().get(0).s()).contains("</script><script>alert(1)", "{{style}}");
    }

    @Test
    void aWorkersProcessesShareALane() throws IOException {
        List<HistoryLine> lines = SimulatedRun.lines(3, 500, 0.5);

        assertThat(data(page(lines)).lanes()).isLessThanOrEqualTo(6 + 1);
    }

    @Test
    void isBoundedAndSaysSo() throws IOException {
        List<HistoryLine> lines = new ArrayList<>();
        for (int i = 0; i < Timeline.OPERATIONS_MAX + 5; i++) {
            lines.add(new HistoryLine.Invoked(i, 0, "n1", new WorkloadRequest.BankRead()));
            lines.add(new HistoryLine.Completed(i, 0, Outcome.OK, new Response.Done(), null));
        }

        String page = page(lines);

        assertThat(page).contains("5 later operations");
        assertThat(data(page).operations()).hasSize(Timeline.OPERATIONS_MAX);
    }

    private static String page(List<HistoryLine> lines) throws IOException {
        History history = History.of(lines);
        return HtmlReport.page(RunSummary.of(history, VERDICTS), history);
    }

    private static Timeline data(String page) {
        String open = "<script type=\"application/json\" id=\"data\">";
        int from = page.indexOf(open) + open.length();
        return new Gson().fromJson(page.substring(from, page.indexOf("</script>", from)), Timeline.class);
    }
}
