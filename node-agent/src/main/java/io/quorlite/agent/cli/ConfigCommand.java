package io.quorlite.agent.cli;

import io.quorlite.agent.config.ConfigFiles;
import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.Key;
import io.quorlite.agent.node.NodeSettings;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code config}: shows, checks and changes a node's settings, in its files; the node need not run. */
@Command(
        name = "config",
        description = "Shows, checks and changes the node's settings.",
        subcommands = {
            ConfigCommand.Show.class,
            ConfigCommand.Validate.class,
            ConfigSetCommand.class,
            ConfigCommand.Default.class
        })
final class ConfigCommand extends GroupCommand {
    static Configuration load(AgentCommand command, ConfigOptions options) {
        return options.load(
                command,
                new DataFolder(options.dataDirectory(command, command.folder().root())));
    }

    @Command(name = "show", description = "Shows every setting.")
    static final class Show extends AgentCommand {
        @Mixin
        final ConfigOptions options = new ConfigOptions();

        @Option(names = "--origin", description = "Also where each comes from.")
        boolean origin;

        @Override
        ExitCode execute() {
            Configuration configuration = load(this, options);
            if (global.output == OutputForm.JSON || (origin && global.output.isMachine())) {
                Map<String, Object> all = new LinkedHashMap<>();
                for (Key key : Key.values()) {
                    all.put(key.path(), origin ? configuration.get(key) : configuration.text(key));
                }
                Output.machine(out(), global.output, "Configuration", Map.of("settings", all));
                return ExitCode.OK;
            }
            if (!origin) {
                Map<Key, String> values = new EnumMap<>(Key.class);
                for (Key key : Key.values()) {
                    if (key != Key.DATA_DIR || !configuration.text(key).isEmpty()) {
                        values.put(key, configuration.text(key));
                    }
                }
                out().print(ConfigFiles.write(values));
                return ExitCode.OK;
            }
            TextTable table = new TextTable("KEY", "VALUE", "ORIGIN");
            for (Key key : Key.values()) {
                table.row(
                        key.path(),
                        configuration.text(key),
                        configuration.get(key).origin());
            }
            out().print(table);
            return ExitCode.OK;
        }
    }

    @Command(name = "validate", description = "Checks the settings; exits with 2 where they cannot be used.")
    static final class Validate extends AgentCommand {
        @Mixin
        final ConfigOptions options = new ConfigOptions();

        @Override
        ExitCode execute() {
            DataFolder folder = new DataFolder(options.dataDirectory(this, folder().root()));
            if (options.config != null && !java.nio.file.Files.exists(options.config)) {
                throw new Refusal(ExitCode.USAGE, "there is no file " + options.config);
            }
            NodeSettings.of(load(this, options), folder.root(), "", "");
            if (global.output.isMachine()) {
                Output.machine(
                        out(),
                        global.output,
                        "ConfigurationCheck",
                        Map.of("file", options.file(folder).toString(), "problems", 0));
            } else {
                out().println(options.file(folder) + ": no problems found");
            }
            return ExitCode.OK;
        }
    }

    @Command(name = "default", description = "Shows the defaults with what each is for, as a file to start from.")
    static final class Default extends AgentCommand {
        @Override
        ExitCode execute() {
            if (global.output == OutputForm.JSON) {
                Map<String, Object> all = new LinkedHashMap<>();
                for (Key key : Key.values()) {
                    all.put(key.path(), key.defaultValue());
                }
                Output.machine(out(), global.output, "Configuration", Map.of("settings", all));
            } else {
                out().print(ConfigFiles.template());
            }
            return ExitCode.OK;
        }
    }
}
