package io.quorlite.benchmarks;

import io.quorlite.benchmarks.report.Circumstances;
import io.quorlite.benchmarks.report.MarkdownTable;
import io.quorlite.benchmarks.report.Reports;
import io.quorlite.benchmarks.rows.Comparison;
import io.quorlite.benchmarks.rows.Row;
import io.quorlite.benchmarks.rows.Settings;
import io.quorlite.benchmarks.servers.ServerGroup;
import io.quorlite.benchmarks.servers.ServerGroup.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** This store and etcd side by side, on the same disk and in the same minute: a table in the terminal, JSON and a page beside it. */
@Command(name = "compare", mixinStandardHelpOptions = true, description = "Measures this store and etcd side by side.")
public final class Compare implements Callable<Integer> {
    @Option(names = "--root", required = true, hidden = true)
    private Path root = Path.of(".");

    @Option(names = "--etcd", description = "The etcd program; without it only this store is measured.")
    private @Nullable Path etcd;

    @Option(names = "--nodes", defaultValue = "1", description = "Members of each (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--rows",
            split = ";",
            paramLabel = "WORDS",
            description = "Only rows whose names contain one of these, for example 'put 1 KiB;list' (default: all).")
    private List<String> rows = List.of("");

    @Option(names = "--pairs", defaultValue = "5", description = "Repetitions a row (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(names = "--seconds", defaultValue = "2", description = "Of a repetition (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "120",
            description =
                    "Seconds before the first row, at most: it ends when the CPU time of a put falls no more (default:"
                            + " ${DEFAULT-VALUE}).")
    private double warmUpSeconds;

    @Option(names = "--keys", defaultValue = "10000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Option(names = "--large", description = "Also what takes a million keys: growth, start-up and memory.")
    private boolean large;

    @Option(names = "--dir", description = "Where the servers' data goes (default: a new folder under target).")
    private @Nullable Path directory;

    @Option(names = "--out", description = "Where compare.json and compare.html go (default: target/compare).")
    private @Nullable Path out;

    private int groupsMade;

    public static void main(String[] arguments) {
        int status = new CommandLine(new Compare())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    failure.printStackTrace(command.getErr());
                    return 1;
                })
                .execute(arguments);
        System.exit(status);
    }

    @Override
    public Integer call() throws Exception {
        Path data = directory == null
                ? root.resolve(
                        "benchmarks/target/compare-" + ProcessHandle.current().pid())
                : directory;
        Circumstances circumstances = Circumstances.now(commandLine(), etcd == null ? "no etcd" : version(etcd));
        List<Row> seen = new ArrayList<>();
        Files.createDirectories(data);
        try {
            System.out.println(MarkdownTable.HEADER);
            Settings settings = new Settings(nodes, rows, pairs, seconds, warmUpSeconds, keys, large);
            List<Kind> kinds = etcd == null ? List.of(Kind.QUORLITE) : List.of(Kind.QUORLITE, Kind.ETCD);
            new Comparison((kind, tracer) -> group(data, kind, tracer), kinds, settings, row -> {
                        System.out.println(MarkdownTable.line(row));
                        seen.add(row);
                    })
                    .run();
        } finally {
            Files.deleteIfExists(data); // each group cleared up after itself
            Path folder = out == null ? root.resolve("benchmarks/target/compare") : out;
            Reports.write(folder, circumstances, seen);
            System.err.println("also in " + folder + ": compare.html, compare.json");
        }
        return 0;
    }

    private ServerGroup group(Path data, Kind kind, List<String> tracer) throws IOException {
        Path program = kind == Kind.QUORLITE || etcd == null ? root.resolve("node-agent/bin/node-agent") : etcd;
        return new ServerGroup(kind, program, data.resolve("group-" + groupsMade++), nodes, tracer);
    }

    private String commandLine() {
        return String.format(
                "compare --nodes %d --rows '%s' --pairs %d --seconds %s --keys %d%s",
                nodes, String.join(";", rows), pairs, seconds, keys, large ? " --large" : "");
    }

    private static String version(Path etcd) throws IOException {
        Process process = new ProcessBuilder(etcd.toString(), "--version").start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse("etcd");
    }
}
