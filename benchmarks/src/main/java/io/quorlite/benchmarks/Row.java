package io.quorlite.benchmarks;

import io.quorlite.benchmarks.ServerGroup.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A row of the table: medians over the repetitions, and ratios of ours to etcd's within a pair, with their range. */
final class Row {
    static final String HEADER = """
            | row | per s, ours | etcd | ratio (range) | p50 ms, ours | etcd | p99 ms, ours | etcd | ratio | server CPU µs each, ours | etcd | ratio (range) | errors, ours | etcd |
            | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |""";

    private final String name;
    private final List<Sample> ours = new ArrayList<>();
    private final List<Sample> etcd = new ArrayList<>();

    /** @param name says also what is counted, where that is not operations */
    Row(String name) {
        this.name = name;
    }

    /**
     * A repetition.
     *
     * @param cpuMicros the servers' processor time for one item
     */
    record Sample(double perSecond, double p50Millis, double p99Millis, double cpuMicros, long errors) {
        static Sample of(Seen seen, long cpuMicros) {
            return new Sample(
                    seen.perSecond(),
                    seen.latency().getValueAtPercentile(50) / 1e3,
                    seen.latency().getValueAtPercentile(99) / 1e3,
                    cpuMicros / (double) Math.max(1, seen.items()),
                    seen.errors());
        }
    }

    String name() {
        return name;
    }

    List<Sample> samples(Kind kind) {
        return kind == Kind.QUORLITE ? ours : etcd;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "| %s | %,.0f | %,.0f | %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.1f | %.1f | %s | %d | %d |",
                name,
                median(ours, Sample::perSecond),
                median(etcd, Sample::perSecond),
                ratios(Sample::perSecond),
                median(ours, Sample::p50Millis),
                median(etcd, Sample::p50Millis),
                median(ours, Sample::p99Millis),
                median(etcd, Sample::p99Millis),
                median(ours, Sample::p99Millis) / median(etcd, Sample::p99Millis),
                median(ours, Sample::cpuMicros),
                median(etcd, Sample::cpuMicros),
                ratios(Sample::cpuMicros),
                ours.stream().mapToLong(Sample::errors).sum(),
                etcd.stream().mapToLong(Sample::errors).sum());
    }

    private String ratios(ToDoubleFunction<Sample> property) {
        if (etcd.isEmpty() || ours.size() != etcd.size()) {
            return "-";
        }
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(property.applyAsDouble(ours.get(i)) / property.applyAsDouble(etcd.get(i)));
        }
        ratios.sort(null);
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f–%.2f)",
                ratios.get(ratios.size() / 2),
                ratios.get(0),
                ratios.get(ratios.size() - 1));
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> property) {
        double[] sorted = samples.stream().mapToDouble(property).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
