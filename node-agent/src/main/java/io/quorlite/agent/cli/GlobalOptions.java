package io.quorlite.agent.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command understands: which node is meant, how it answers, how long it may take. */
final class GlobalOptions {
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The node's data directory (default: /var/lib/node-agent for root, else"
                    + " ~/.local/share/node-agent).")
    @Nullable Path dataDirectory;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description =
                    "The node's admin API: unix:///path or https://host:2382 (default: the socket in --data-dir).")
    @Nullable String endpoint;

    @Option(names = "--cacert", paramLabel = "FILE", description = "The cluster's CA, for an https endpoint.")
    @Nullable Path caCertificate;

    @Option(names = "--cert", paramLabel = "FILE", description = "This client's certificate, for an https endpoint.")
    @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its key.")
    @Nullable Path key;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "table",
            description = "table, wide, json, yaml or quiet (default: ${DEFAULT-VALUE}).")
    OutputForm output = OutputForm.TABLE;

    @Option(names = "--timeout", paramLabel = "TIME", description = "How long to wait in all, such as 30s or 5m.")
    @Nullable String timeout;

    @Option(names = "--no-color", description = "No colours; NO_COLOR in the environment says the same.")
    boolean noColor;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say more; with a failure, where it came from.")
    boolean[] verbose = {};

    @Option(names = "--yes", description = "Ask nothing.")
    boolean yes;
}
