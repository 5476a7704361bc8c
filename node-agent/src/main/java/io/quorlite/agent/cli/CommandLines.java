package io.quorlite.agent.cli;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Failures;
import io.quorlite.agent.refusal.Refusal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Makes the parser of the command line: every option has a variable in the environment, and every failure a text and a code. */
public final class CommandLines {
    private CommandLines() {}

    /** Runs the command that {@code arguments} name and returns its exit code. */
    public static int execute(String... arguments) {
        return execute(System.getenv(), parser -> {}, arguments);
    }

    /** @param setUp is given the parser before it is used */
    static int execute(Map<String, String> environment, Consumer<CommandLine> setUp, String... arguments) {
        Aliases.Translation translated = Aliases.of(arguments);
        List<String> words = translated.arguments();
        CommandLine commandLine = create(environment, words.isEmpty() ? "" : words.get(0));
        setUp.accept(commandLine);
        if (!translated.notice().isEmpty()) {
            commandLine.getErr().println(translated.notice());
            commandLine.getErr().flush();
        }
        return commandLine.execute(words.toArray(String[]::new));
    }

    /** The parser that knows all commands. */
    static CommandLine create(Map<String, String> environment) {
        return create(environment, "");
    }

    private static CommandLine create(Map<String, String> environment, String word) {
        CommandLine commandLine = NodeAgent.parser(word);
        commandLine.setDefaultValueProvider(argument -> fromEnvironment(argument, environment));
        commandLine.setExecutionExceptionHandler(CommandLines::explain);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setUseSimplifiedAtFiles(true);
        return commandLine;
    }

    /** {@code NODE_AGENT_} and the option's longest name, for options that say nothing else. */
    private static @org.jspecify.annotations.Nullable String fromEnvironment(
            ArgSpec argument, Map<String, String> environment) {
        if (!(argument instanceof OptionSpec option) || !option.longestName().startsWith("--")) {
            return null;
        }
        String name = option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
        return name.equals("HELP") || name.equals("VERSION") ? null : environment.get("NODE_AGENT_" + name);
    }

    private static int explain(Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
        Refusal refusal = Failures.refusal(failure);
        Object command = commandLine.getCommandSpec().userObject();
        GlobalOptions options = command instanceof AgentCommand agent ? agent.global : new GlobalOptions();
        PrintWriter err = commandLine.getErr();
        if (options.output.isMachine()) {
            err.println(ErrorJson.of(refusal));
        } else {
            err.println(refusal.text());
            if (options.verbose.length > 0) {
                StringWriter stack = new StringWriter();
                failure.printStackTrace(new PrintWriter(stack));
                err.print(stack);
            }
        }
        err.flush();
        return refusal.exitCode() == ExitCode.OK ? 1 : refusal.exitCode().number();
    }
}
