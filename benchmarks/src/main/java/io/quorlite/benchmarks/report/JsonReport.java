package io.quorlite.benchmarks.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.quorlite.benchmarks.rows.Row;
import io.quorlite.benchmarks.rows.Sample;
import io.quorlite.benchmarks.servers.ServerGroup.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All rows with all their samples, for programs. What was not measured is null. */
final class JsonReport {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().serializeNulls().create();

    private JsonReport() {}

    private record Report(Circumstances circumstances, List<RowView> rows) {}

    private record RowView(
            String name, String unit, boolean moreIsBetter, List<SampleView> ours, List<SampleView> etcd) {}

    private record SampleView(
            @Nullable Double value,
            @Nullable Double p50Millis,
            @Nullable Double p99Millis,
            @Nullable Double cpuMicros,
            @Nullable Double peakMegabytes,
            long errors) {}

    static String of(Circumstances circumstances, List<Row> rows) {
        return GSON.toJson(
                new Report(circumstances, rows.stream().map(JsonReport::view).toList()));
    }

    private static RowView view(Row row) {
        return new RowView(
                row.name(),
                row.unit().sign(),
                row.unit().moreIsBetter(),
                row.samples(Kind.QUORLITE).stream().map(JsonReport::view).toList(),
                row.samples(Kind.ETCD).stream().map(JsonReport::view).toList());
    }

    private static SampleView view(Sample sample) {
        return new SampleView(
                finite(sample.value()),
                finite(sample.p50Millis()),
                finite(sample.p99Millis()),
                finite(sample.cpuMicros()),
                finite(sample.peakMegabytes()),
                sample.errors());
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
