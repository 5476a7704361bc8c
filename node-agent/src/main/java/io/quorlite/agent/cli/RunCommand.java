package io.quorlite.agent.cli;

import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.node.NodeSettings;
import io.quorlite.agent.node.RunningNode;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}: the node in the foreground, until it is told to stop. */
@Command(
        name = "run",
        description = "Runs a node in the foreground until it is stopped (Ctrl-C or SIGTERM).",
        footer = {
            "",
            "One node of its own, with its data in ./data:",
            "  node-agent run",
            "Three on one machine in plain text, each with its own directory and addresses:",
            "  node-agent run --name n1 --data-dir d1 --listen-client 127.0.0.11:2379 \\",
            "    --initial-cluster n1=127.0.0.11:2380,n2=127.0.0.12:2380,n3=127.0.0.13:2380",
            "What init or join have made:",
            "  node-agent run --data-dir /var/lib/node-agent"
        })
final class RunCommand extends AgentCommand {
    @Mixin
    final ConfigOptions settings = new ConfigOptions();

    @Option(
            names = "--initial-cluster",
            defaultValue = "",
            paramLabel = "NAME=HOST:PORT,…",
            description =
                    "The members of a new cluster with their peer addresses, the same on each of them; none means a"
                            + " node of its own.")
    String initialCluster = "";

    @Option(
            names = "--initial-cluster-token",
            defaultValue = "quorlite-cluster",
            description = "Tells apart clusters made of the same names and addresses (default: ${DEFAULT-VALUE}).")
    String initialClusterToken = "";

    @Override
    ExitCode execute() throws Exception {
        Path directory = settings.dataDirectory(this, Path.of("data"));
        Configuration configuration = settings.load(this, new DataFolder(directory));
        if (configuration.isSecured() && !new DataFolder(directory).isInitialised()) {
            throw new Refusal(
                    ExitCode.USAGE,
                    "There is no node in " + directory + " yet. Make one: node-agent init, or node-agent join <token>");
        }
        NodeSettings node = NodeSettings.of(configuration, directory, initialCluster, initialClusterToken);
        return RunningNode.run(node, configuration, () -> usable(directory), out());
    }

    private Configuration usable(Path directory) {
        Configuration configuration = settings.load(this, new DataFolder(directory));
        NodeSettings.of(configuration, directory, initialCluster, initialClusterToken);
        return configuration;
    }
}
