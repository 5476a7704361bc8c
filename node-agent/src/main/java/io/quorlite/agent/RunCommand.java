package io.quorlite.agent;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code run}: the node in the foreground, until it is told to stop. */
@Command(
        name = "run",
        description = "Runs a node in the foreground until it is stopped (Ctrl-C or SIGTERM).",
        footer = {
            "",
            "One node of its own:",
            "  node-agent run",
            "Three on one machine, each with its own directory and addresses:",
            "  node-agent run --name n1 --data-dir d1 --listen-client 127.0.0.11:2379 \\",
            "    --initial-cluster n1=127.0.0.11:2380,n2=127.0.0.12:2380,n3=127.0.0.13:2380"
        })
final class RunCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--name", defaultValue = "default", description = "This node's name (default: ${DEFAULT-VALUE}).")
    String name = "default";

    @Option(
            names = "--data-dir",
            defaultValue = "data",
            description = "Where its data is (default: ./${DEFAULT-VALUE}).")
    Path dataDirectory = Path.of("data");

    @Option(
            names = "--listen-client",
            defaultValue = "127.0.0.1:2379",
            paramLabel = "HOST:PORT",
            description = "Where it serves the etcd v3 API (default: ${DEFAULT-VALUE}).")
    String listenClient = "";

    @Option(
            names = "--listen-peer",
            paramLabel = "HOST:PORT",
            description = "Where it listens for its peers (default: its address in --initial-cluster).")
    @Nullable String listenPeer;

    @Option(
            names = "--initial-cluster",
            defaultValue = "",
            paramLabel = "NAME=HOST:PORT,…",
            description =
                    "The members of a new cluster with their peer addresses, the same on each of them; none means a node"
                            + " of its own.")
    String initialCluster = "";

    @Option(
            names = "--initial-cluster-token",
            defaultValue = "quorlite-cluster",
            description = "Tells apart clusters made of the same names and addresses (default: ${DEFAULT-VALUE}).")
    String initialClusterToken = "";

    @Option(
            names = "--election-timeout",
            defaultValue = "500",
            paramLabel = "MILLIS",
            description =
                    "How long a follower waits for its leader before it stands for election (default: ${DEFAULT-VALUE}).")
    int electionTimeoutMillis;

    @Option(
            names = "--quota",
            defaultValue = "8GiB",
            paramLabel = "SIZE",
            description = "How large the data may grow before writes are refused (default: ${DEFAULT-VALUE}).")
    String quota = "";

    @Option(
            names = "--snapshot-entries",
            defaultValue = "10000",
            paramLabel = "N",
            description = "After how many log entries the Raft log is compacted (default: ${DEFAULT-VALUE}).")
    long snapshotEntries;

    @Option(
            names = "--log-tail-entries",
            defaultValue = "5000",
            paramLabel = "N",
            description = "How many of them are kept for members that lag a little (default: ${DEFAULT-VALUE}).")
    long logTailEntries;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        return Node.run(NodeSettings.of(this), out);
    }
}
