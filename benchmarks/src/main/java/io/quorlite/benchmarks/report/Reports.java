package io.quorlite.benchmarks.report;

import io.quorlite.benchmarks.rows.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes what was seen beside the table: {@code compare.json} and {@code compare.html}. */
public final class Reports {
    private Reports() {}

    public static void write(Path folder, Circumstances circumstances, List<Row> rows) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("compare.json"), JsonReport.of(circumstances, rows));
        Files.writeString(folder.resolve("compare.html"), HtmlReport.of(circumstances, rows));
    }
}
