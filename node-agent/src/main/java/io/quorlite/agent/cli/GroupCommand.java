package io.quorlite.agent.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that has only sub-commands. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = NodeAgent.Versions.class,
        synopsisSubcommandLabel = "COMMAND")
abstract class GroupCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "Missing sub-command: one of "
                        + String.join(", ", spec.subcommands().keySet()));
    }
}
