package io.quorlite.benchmarks.failover;

import io.quorlite.benchmarks.servers.ServerGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** This store and etcd, three members each with their default timers: how long writes pause when the leader is killed. */
@Command(
        name = "leader-kill",
        mixinStandardHelpOptions = true,
        description = "Measures kill -9 of the leader to the next write, here and on etcd.")
public final class LeaderKill implements Callable<Integer> {
    private static final int MEMBERS = 3;

    @Option(names = "--root", required = true, hidden = true)
    private Path root = Path.of(".");

    @Option(names = "--etcd", description = "The etcd program; without it only this store is measured.")
    private @Nullable Path etcd;

    @Option(names = "--kills", defaultValue = "9", description = "Of each (default: ${DEFAULT-VALUE}).")
    private int kills;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LeaderKill()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path data = root.resolve(
                "benchmarks/target/leader-kill-" + ProcessHandle.current().pid());
        List<ServerGroup> groups = new ArrayList<>();
        Path launcher = root.resolve("node-agent/bin/node-agent");
        groups.add(new ServerGroup(ServerGroup.Kind.QUORLITE, launcher, data.resolve("quorlite"), MEMBERS, List.of()));
        if (etcd != null) {
            groups.add(new ServerGroup(ServerGroup.Kind.ETCD, etcd, data.resolve("etcd"), MEMBERS, List.of()));
        }
        new LeaderLoss(groups, kills).run();
        Files.deleteIfExists(data); // each group cleared up after itself
        return 0;
    }
}
