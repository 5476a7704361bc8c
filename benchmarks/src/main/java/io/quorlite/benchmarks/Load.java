package io.quorlite.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Puts to this store and to etcd in turn, on the same disk and in the same minute, and a table of what was seen.
 *
 * <p>Both are started once and warmed up; then each row runs in pairs, ours and etcd's alternately, so that what else the machine
 * does falls on both. Ratios are taken within a pair.
 */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = "Measures puts on this store and etcd side by side.")
public final class Load implements Callable<Integer> {
    @Option(names = "--root", required = true, hidden = true)
    private Path root = Path.of(".");

    @Option(names = "--etcd", description = "The etcd program; without it only this store is measured.")
    private @Nullable Path etcd;

    @Option(
            names = "--nodes",
            defaultValue = "1",
            description = "How many members each has (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--in-flight",
            split = ",",
            defaultValue = "1,16,128,1000",
            description = "Puts in flight, a row each.")
    private List<Integer> inFlight = List.of();

    @Option(names = "--pairs", defaultValue = "5", description = "Repetitions a row (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--seconds",
            defaultValue = "2",
            description = "Length of a repetition (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "15",
            description = "Seconds of puts before (default: ${DEFAULT-VALUE}).")
    private double warmUpSeconds;

    @Option(names = "--value-bytes", defaultValue = "1024")
    private int valueBytes;

    @Option(names = "--keys", defaultValue = "10000")
    private int keys;

    @Option(names = "--dir", description = "Where the data goes (default: a new folder under target).")
    private @Nullable Path directory;

    @Option(names = "--start-up", description = "Measure start to first put instead, empty and with --keys keys.")
    private boolean startUp;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Load()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path data = directory == null
                ? root.resolve(
                        "benchmarks/target/load-" + ProcessHandle.current().pid())
                : directory;
        Files.createDirectories(data);
        try {
            if (startUp) {
                new StartUp(groups(data), keys, valueBytes, pairs).run();
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
        List<PutLoad> loads = new ArrayList<>();
        try {
            for (ServerGroup group : groups) {
                group.start();
                PutLoad load = new PutLoad(group.clientPorts(), keys, valueBytes);
                loads.add(load);
                load.awaitFirstPut(60);
            }
            for (PutLoad load : loads) {
                for (int width : inFlight) {
                    load.run(width, warmUpSeconds / inFlight.size());
                }
            }
            System.out.println(Row.HEADER);
            for (int width : inFlight) {
                System.out.println(row(groups, loads, width));
            }
            for (ServerGroup group : groups) {
                System.out.printf(
                        "%n%s: resident memory after it all, all members: %d MB%n",
                        group.kind().name().toLowerCase(java.util.Locale.ROOT), group.residentBytes() >> 20);
            }
        } finally {
            loads.forEach(PutLoad::close);
            groups.forEach(ServerGroup::close);
        }
    }

    private Row row(List<ServerGroup> groups, List<PutLoad> loads, int width) throws InterruptedException {
        Row row = new Row(
                "put " + valueBytes + " B, " + nodes + (nodes == 1 ? " node, " : " nodes, ") + width + " in flight");
        for (int pair = 0; pair < pairs; pair++) {
            for (int i = 0; i < groups.size(); i++) {
                long cpuBefore = groups.get(i).cpuMicros();
                PutLoad.Seen seen = loads.get(i).run(width, seconds);
                row.add(groups.get(i).kind(), seen, groups.get(i).cpuMicros() - cpuBefore);
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
