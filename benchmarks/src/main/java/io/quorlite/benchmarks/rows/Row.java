package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.servers.ServerGroup.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** A row of the table: the repetitions of both kinds of server, the n-th of one paired with the n-th of the other. Not thread-safe. */
public final class Row {
    private final String name;
    private final Unit unit;
    private final List<Sample> ours = new ArrayList<>();
    private final List<Sample> etcd = new ArrayList<>();

    /** @param name says also what an item is, where that is not an operation */
    Row(String name, Unit unit) {
        this.name = name;
        this.unit = unit;
    }

    public String name() {
        return name;
    }

    public Unit unit() {
        return unit;
    }

    public List<Sample> samples(Kind kind) {
        return kind == Kind.QUORLITE ? ours : etcd;
    }

    /** The middle one of a property's values; NaN where there are none. */
    public double median(Kind kind, ToDoubleFunction<Sample> property) {
        return middle(samples(kind).stream().mapToDouble(property).toArray());
    }

    /** The ratios of ours to etcd's within a pair, least first; empty without pairs. */
    public double[] ratios(ToDoubleFunction<Sample> property) {
        return IntStream.range(0, Math.min(ours.size(), etcd.size()))
                .mapToDouble(i -> property.applyAsDouble(ours.get(i)) / property.applyAsDouble(etcd.get(i)))
                .filter(Double::isFinite)
                .sorted()
                .toArray();
    }

    public static double middle(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
