package io.quorlite.agent;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The {@code node-agent} command. */
@Command(
        name = "node-agent",
        description = "A node of a replicated datastore that speaks etcd v3.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {RunCommand.class, HelpCommand.class})
public final class Main {
    private Main() {}

    /** Runs the command that {@code arguments} name and exits with its {@link ExitCode}. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setExecutionExceptionHandler(Main::explain);
        return commandLine;
    }

    private static int explain(Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
        int exitCode = failure instanceof Refusal refusal ? refusal.exitCode() : Node.exitCodeOf(failure);
        commandLine.getErr().println(failure instanceof Refusal ? failure.getMessage() : Node.describe(failure));
        commandLine.getErr().flush();
        return exitCode;
    }
}
