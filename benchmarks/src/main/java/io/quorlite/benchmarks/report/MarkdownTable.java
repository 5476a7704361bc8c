package io.quorlite.benchmarks.report;

import io.quorlite.benchmarks.rows.Row;
import io.quorlite.benchmarks.rows.Sample;
import io.quorlite.benchmarks.servers.ServerGroup.Kind;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A row as a line of a Markdown table: medians over the repetitions, and ratios of ours to etcd's within a pair, with their range. */
public final class MarkdownTable {
    public static final String HEADER = """
            | row | unit | ours | etcd | ratio (range) | p50 ms, ours | etcd | ratio | p99 ms, ours | etcd | ratio | server CPU µs each, ours | etcd | ratio (range) | peak MB, ours | etcd | errors, ours | etcd |
            | --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |""";

    private MarkdownTable() {}

    public static String line(Row row) {
        StringBuilder line = new StringBuilder("| ")
                .append(row.name())
                .append(" | ")
                .append(row.unit().sign());
        both(line, row, Sample::value, "%,.0f");
        cell(line, range(row.ratios(Sample::value)));
        quantile(line, row, Sample::p50Millis);
        quantile(line, row, Sample::p99Millis);
        both(line, row, Sample::cpuMicros, "%.1f");
        cell(line, range(row.ratios(Sample::cpuMicros)));
        both(line, row, Sample::peakMegabytes, "%.0f");
        for (Kind kind : Kind.values()) {
            cell(
                    line,
                    Long.toString(
                            row.samples(kind).stream().mapToLong(Sample::errors).sum()));
        }
        return line.append(" |").toString();
    }

    private static void quantile(StringBuilder line, Row row, ToDoubleFunction<Sample> quantile) {
        both(line, row, quantile, "%.2f");
        cell(line, number("%.2f", row.median(Kind.QUORLITE, quantile) / row.median(Kind.ETCD, quantile)));
    }

    private static void both(StringBuilder line, Row row, ToDoubleFunction<Sample> property, String format) {
        cell(line, number(format, row.median(Kind.QUORLITE, property)));
        cell(line, number(format, row.median(Kind.ETCD, property)));
    }

    private static void cell(StringBuilder line, String text) {
        line.append(" | ").append(text);
    }

    private static String number(String format, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "–";
    }

    private static String range(double[] ratios) {
        return ratios.length == 0
                ? "–"
                : String.format(
                        Locale.ROOT,
                        "%.2f (%.2f–%.2f)",
                        ratios[ratios.length / 2],
                        ratios[0],
                        ratios[ratios.length - 1]);
    }
}
