package io.quorlite.agent.cli;

import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.Key;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The options that are settings, too: what is not given here comes from the environment, the files, or a default. */
final class ConfigOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file (default: config.yaml in the data directory).")
    @Nullable Path config;

    @Option(names = "--name", description = "This node's name (default: default).")
    @Nullable String name;

    @Option(
            names = "--advertise",
            paramLabel = "HOST",
            description = "The address, or name, at which others reach this node.")
    @Nullable String advertise;

    @Option(
            names = "--listen-client",
            paramLabel = "HOST:PORT",
            description = "Where it serves the etcd v3 API (default: 127.0.0.1:2379).")
    @Nullable String listenClient;

    @Option(
            names = "--listen-peer",
            paramLabel = "HOST:PORT",
            description = "Where it listens for its peers (default: its address in --initial-cluster).")
    @Nullable String listenPeer;

    @Option(
            names = "--listen-admin",
            paramLabel = "HOST:PORT",
            description = "Where it serves its admin API over TLS (default: port 2382 of its address).")
    @Nullable String listenAdmin;

    @Option(names = "--voters", paramLabel = "N", description = "How many members vote: 3, 5 or 7 (default: 3).")
    @Nullable String voters;

    @Option(names = "--standbys", paramLabel = "N", description = "How many wait to take a vote (default: 3).")
    @Nullable String standbys;

    @Option(names = "--failure-domain", paramLabel = "NAME", description = "What fails together with this node.")
    @Nullable String failureDomain;

    @Option(
            names = "--election-timeout",
            paramLabel = "MILLIS",
            description = "How long a follower waits for its leader before it stands for election (default: 500).")
    @Nullable String electionTimeout;

    @Option(
            names = "--quota",
            paramLabel = "SIZE",
            description = "How large the data may grow before writes are refused (default: 8GiB).")
    @Nullable String quota;

    @Option(
            names = "--snapshot-entries",
            paramLabel = "N",
            description = "After how many log entries the Raft log is compacted (default: 10000).")
    @Nullable String snapshotEntries;

    @Option(
            names = "--log-tail-entries",
            paramLabel = "N",
            description = "How many of them are kept for members that lag a little (default: 5000).")
    @Nullable String logTailEntries;

    @Option(names = "--log-level", paramLabel = "LEVEL", description = "error, warn, info, debug or trace.")
    @Nullable String logLevel;

    /** What was given on the command line itself; a value from the environment is the configuration's to find. */
    Map<Key, String> given(AgentCommand command) {
        ParseResult parsed = command.spec.commandLine().getParseResult();
        Map<Key, String> given = new EnumMap<>(Key.class);
        for (Key key : Key.values()) {
            if (!key.option().isEmpty() && parsed.hasMatchedOption(key.option())) {
                given.put(
                        key, String.join(",", parsed.matchedOption(key.option()).originalStringValues()));
            }
        }
        return given;
    }

    Path file(DataFolder folder) {
        return config == null ? folder.config() : config;
    }

    Configuration load(AgentCommand command, DataFolder folder) {
        return Configuration.load(given(command), System.getenv(), file(folder));
    }

    /** The directory named by an option, the environment or the file that was given; else {@code otherwise}. */
    Path dataDirectory(AgentCommand command, Path otherwise) {
        if (command.global.dataDirectory != null) {
            return command.global.dataDirectory;
        }
        if (config != null) {
            String named = Configuration.load(Map.of(), Map.of(), config).text(Key.DATA_DIR);
            return named.isBlank() ? otherwise : Path.of(named);
        }
        return otherwise;
    }
}
