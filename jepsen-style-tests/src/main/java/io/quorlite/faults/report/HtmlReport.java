package io.quorlite.faults.report;

import com.google.gson.Gson;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Builds the page of a run: one file that needs no other. Verdicts are plain HTML; the timeline is drawn by its script. */
final class HtmlReport {
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern LINE = Pattern.compile("\\bline (\\d+)");

    private HtmlReport() {}

    static String page(RunSummary summary, History history) throws IOException {
        Timeline timeline = Timeline.of(history);
        Map<String, String> parts = new TreeMap<>();
        parts.put("title", escaped(summary.workload() + " × " + summary.nemesis()));
        parts.put("outcome", summary.passed() ? "passed" : "failed");
        parts.put("facts", facts(summary, timeline));
        parts.put("verdicts", verdicts(summary));
        parts.put("style", resource("report.css"));
        parts.put("script", resource("report.js"));
        // Gson writes <, > and & as escapes, so that no text of the run can end the script element.
        parts.put("data", new Gson().toJson(timeline));
        return PLACE.matcher(resource("report.html"))
                .replaceAll(place -> Matcher.quoteReplacement(parts.getOrDefault(place.group(1), "")));
    }

    private static String facts(RunSummary summary, Timeline timeline) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("seed", String.valueOf(summary.seed()));
        facts.put("nodes", String.valueOf(summary.nodes()));
        facts.put("seconds", String.valueOf(summary.seconds()));
        facts.put("ok", String.valueOf(summary.ok()));
        facts.put("failed", String.valueOf(summary.failed()));
        facts.put("unknown", String.valueOf(summary.unknown()));
        facts.put("watch events", String.valueOf(summary.watchEvents()));
        facts.put("faults", String.valueOf(summary.faults()));
        facts.put("elections", String.valueOf(summary.elections()));
        if (timeline.omitted() > 0) {
            facts.put("not drawn", timeline.omitted() + " later operations");
        }
        StringBuilder html = new StringBuilder();
        facts.forEach((name, value) -> html.append("<div><dt>")
                .append(escaped(name))
                .append("</dt><dd>")
                .append(escaped(value))
                .append("</dd></div>"));
        return html.toString();
    }

    private static String verdicts(RunSummary summary) {
        StringBuilder html = new StringBuilder();
        for (Verdict verdict : summary.verdicts()) {
            html.append("<section class=\"verdict ").append(verdict.kind()).append("\"><h2><b>");
            html.append(verdict.kind())
                    .append("</b> ")
                    .append(escaped(verdict.checker()))
                    .append("</h2><p>");
            html.append(escaped(verdict.summary())).append("</p>");
            if (!verdict.findings().isEmpty()) {
                html.append("<ol>");
                verdict.findings()
                        .forEach(finding ->
                                html.append("<li>").append(linked(finding)).append("</li>"));
                html.append("</ol>");
            }
            html.append("</section>\n");
        }
        return html.toString();
    }

    /** A finding whose mentions of lines lead to the operation on the timeline. */
    private static String linked(String finding) {
        return LINE.matcher(escaped(finding)).replaceAll("<a href=\"#timeline\" data-line=\"$1\">line $1</a>");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
