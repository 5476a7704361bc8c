package io.quorlite.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * This store and etcd side by side, on the same disk and in the same minute, and a table of what was seen.
 *
 * <p>Both are started once and warmed up; then each row runs in pairs, ours and etcd's alternately, so that what else the machine
 * does falls on both. Ratios are taken within a pair.
 */
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
            split = ",",
            paramLabel = "WORDS",
            description = "Only rows whose names contain one of these, for example 'put 1 KiB,list' (default: all).")
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

    @Option(names = "--dir", description = "Where the data goes (default: a new folder under target).")
    private @Nullable Path directory;

    @Option(names = "--start-up", description = "Measure start to first put instead, empty and with --keys keys.")
    private boolean startUp;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Compare()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path data = directory == null
                ? root.resolve(
                        "benchmarks/target/compare-" + ProcessHandle.current().pid())
                : directory;
        Files.createDirectories(data);
        try {
            if (startUp) {
                new StartUp(groups(data), keys, pairs).run();
            } else {
                measure(groups(data));
            }
        } finally {
            delete(data);
        }
        return 0;
    }

    private List<ServerGroup> groups(Path data) throws IOException {
        List<ServerGroup> groups = new ArrayList<>();
        groups.add(new ServerGroup(
                ServerGroup.Kind.QUORLITE, root.resolve("node-agent/bin/node-agent"), data.resolve("quorlite"), nodes));
        if (etcd != null) {
            groups.add(new ServerGroup(ServerGroup.Kind.ETCD, etcd, data.resolve("etcd"), nodes));
        }
        return groups;
    }

    private void measure(List<ServerGroup> groups) throws Exception {
        List<Target> targets = new ArrayList<>();
        try {
            for (ServerGroup group : groups) {
                group.start();
                Target target = new Target(group.clientPorts());
                targets.add(target);
                target.awaitFirstPut(60);
                new WarmUp(group, target, keys).run(warmUpSeconds);
            }
            System.out.println(Row.HEADER);
            for (Workload workload : Workload.all()) {
                if (rows.stream().anyMatch(workload.name()::contains)) {
                    System.out.println(row(groups, targets, workload));
                }
            }
            for (ServerGroup group : groups) {
                System.out.printf(
                        "%n%s: resident memory after it all, all members: %d MB%n",
                        group.kind().name().toLowerCase(Locale.ROOT), group.residentBytes() >> 20);
            }
        } finally {
            targets.forEach(Target::close);
            groups.forEach(ServerGroup::close);
        }
    }

    private Row row(List<ServerGroup> groups, List<Target> targets, Workload workload) throws InterruptedException {
        Row row = new Row(workload.name() + (nodes == 1 ? "" : ", " + nodes + " nodes"));
        List<Workload.Repetition> repetitions = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            Workload.Repetition repetition = workload.start().on(targets.get(i), keys);
            repetition.run(seconds); // unmeasured: this row's own code is cold before
            repetitions.add(repetition);
        }
        for (int pair = 0; pair < pairs; pair++) {
            for (int i = 0; i < groups.size(); i++) {
                long cpuBefore = groups.get(i).cpuMicros();
                Seen seen = repetitions.get(i).run(seconds);
                row.samples(groups.get(i).kind())
                        .add(Row.Sample.of(seen, groups.get(i).cpuMicros() - cpuBefore));
            }
        }
        return row;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
