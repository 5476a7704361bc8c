package io.quorlite.agent.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the settings are. */
final class ConfigFile {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file (default: config.yaml in the data directory).")
    @Nullable Path config;
}
