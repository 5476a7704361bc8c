package io.quorlite.benchmarks.report;

import io.quorlite.benchmarks.rows.Row;
import io.quorlite.benchmarks.rows.Sample;
import io.quorlite.benchmarks.servers.ServerGroup.Kind;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A page: how it was measured, a plot of the ratios of each row, and the table. It needs nothing but itself. */
final class HtmlReport {
    private static final String STYLE = """
            body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:1180px;color:#222;padding:0 1em}
            table{border-collapse:collapse;font-size:12.5px;width:100%}
            th,td{padding:.25em .55em;text-align:right;border-bottom:1px solid #e3e3e3;white-space:nowrap}
            th:first-child,td:first-child{text-align:left;white-space:normal}
            thead th{border-bottom:2px solid #999} .better{color:#0a6b2d} .worse{color:#a31515}
            svg text{font:12px system-ui,sans-serif} .how{color:#555}
            """;

    private HtmlReport() {}

    static String of(Circumstances circumstances, List<Row> rows) {
        StringBuilder page = new StringBuilder("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">")
                .append("<title>Quorlite and etcd, side by side</title><style>")
                .append(STYLE)
                .append("</style><h1>Quorlite and etcd, side by side</h1><p class=\"how\">")
                .append(escape(circumstances.sentence()))
                .append(
                        "</p><p>Ours to etcd's in each pair: the dot is the median, the line the range. Green is better than etcd.</p>");
        plot(page, "Rate, time, memory", rows, true);
        plot(page, "Server CPU for each operation, row or event", rows, false);
        table(page, rows);
        return page.append("</html>\n").toString();
    }

    private static void plot(StringBuilder page, String title, List<Row> rows, boolean value) {
        RatioPlot plot = new RatioPlot();
        for (Row row : rows) {
            double[] ratios = value ? row.ratios(Sample::value) : row.ratios(Sample::cpuMicros);
            plot.add(row.name(), ratios, value && row.unit().moreIsBetter());
        }
        if (!plot.isEmpty()) {
            page.append("<h2>").append(title).append("</h2>").append(plot.svg());
        }
    }

    private static void table(StringBuilder page, List<Row> rows) {
        page.append("<h2>Medians</h2><table><thead><tr><th>row<th>unit<th>ours<th>etcd<th>ratio")
                .append("<th>p50 ms<th>etcd<th>p99 ms<th>etcd<th>CPU µs<th>etcd<th>peak MB<th>etcd</tr></thead>");
        for (Row row : rows) {
            double ratio = Row.middle(row.ratios(Sample::value));
            boolean better = row.unit().moreIsBetter() ? ratio >= 1 : ratio <= 1;
            page.append("<tr><td>")
                    .append(escape(row.name()))
                    .append("<td>")
                    .append(escape(row.unit().sign()));
            cells(page, row, Sample::value, "%,.0f");
            page.append("<td class=\"").append(better ? "better" : "worse").append("\">");
            page.append(number("%.2f", ratio));
            cells(page, row, Sample::p50Millis, "%.2f");
            cells(page, row, Sample::p99Millis, "%.2f");
            cells(page, row, Sample::cpuMicros, "%.1f");
            cells(page, row, Sample::peakMegabytes, "%.0f");
            page.append("</tr>");
        }
        page.append("</table>");
    }

    private static void cells(StringBuilder page, Row row, ToDoubleFunction<Sample> property, String format) {
        for (Kind kind : Kind.values()) {
            page.append("<td>").append(number(format, row.median(kind, property)));
        }
    }

    private static String number(String format, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "–";
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
