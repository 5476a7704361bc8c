package io.quorlite.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Ratios on a logarithmic scale around 1, a line for each row, as SVG. Not thread-safe. */
final class RatioPlot {
    private static final int LABEL_WIDTH = 420;
    private static final int PLOT_WIDTH = 640;
    private static final int LINE_HEIGHT = 20;
    private static final int TOP = 24;

    /** Ratios beyond are drawn at the edge. */
    private static final double EDGE = 16;

    private static final double[] TICKS = {1 / 16.0, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16};

    private record Line(String label, double[] ratios, boolean moreIsBetter) {}

    private final List<Line> lines = new ArrayList<>();

    /** @param ratios least first; a row without any is left out */
    void add(String label, double[] ratios, boolean moreIsBetter) {
        if (ratios.length > 0) {
            lines.add(new Line(label, ratios, moreIsBetter));
        }
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    String svg() {
        int height = TOP + lines.size() * LINE_HEIGHT + 8;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT, "<svg width=\"%d\" height=\"%d\" role=\"img\">", LABEL_WIDTH + PLOT_WIDTH + 40, height));
        for (double tick : TICKS) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\" stroke=\"%4$s\"/>"
                            + "<text x=\"%1$.1f\" y=\"14\" text-anchor=\"middle\" fill=\"#777\">%5$s×</text>",
                    x(tick),
                    TOP - 4,
                    height,
                    tick == 1 ? "#888" : "#e6e6e6",
                    tick >= 1 ? String.format(Locale.ROOT, "%.0f", tick) : "1/" + Math.round(1 / tick)));
        }
        for (int i = 0; i < lines.size(); i++) {
            draw(svg, lines.get(i), TOP + i * LINE_HEIGHT + LINE_HEIGHT / 2);
        }
        return svg.append("</svg>").toString();
    }

    private static void draw(StringBuilder svg, Line line, int y) {
        double median = line.ratios[line.ratios.length / 2];
        boolean better = line.moreIsBetter ? median >= 1 : median <= 1;
        String colour = better ? "#0a8a3a" : "#c62828";
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                        + "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"/>"
                        + "<circle cx=\"%.1f\" cy=\"%d\" r=\"4.5\" fill=\"%s\"><title>%.2f</title></circle>",
                LABEL_WIDTH - 10,
                y + 4,
                HtmlReport.escape(line.label),
                x(line.ratios[0]),
                x(line.ratios[line.ratios.length - 1]),
                y,
                y,
                colour,
                x(median),
                y,
                colour,
                median));
    }

    private static double x(double ratio) {
        double within = Math.min(EDGE, Math.max(1 / EDGE, ratio));
        return LABEL_WIDTH + PLOT_WIDTH * (Math.log(within) / Math.log(EDGE) + 1) / 2;
    }
}
