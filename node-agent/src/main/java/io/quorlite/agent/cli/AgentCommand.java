package io.quorlite.agent.cli;

import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.Durations;
import io.quorlite.agent.refusal.ExitCode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command with the options that all have. */
@Command(mixinStandardHelpOptions = true, versionProvider = NodeAgent.Versions.class)
abstract class AgentCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Mixin
    final GlobalOptions global = new GlobalOptions();

    @Override
    public final Integer call() throws Exception {
        ExitCode exitCode = execute();
        out().flush();
        return exitCode.number();
    }

    /** What the command is; refusals are thrown. */
    abstract ExitCode execute() throws Exception;

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** The directory of the node that is meant. */
    DataFolder folder() {
        return global.dataDirectory == null
                ? DataFolder.byDefault(System.getenv())
                : new DataFolder(global.dataDirectory);
    }

    Duration timeout(Duration otherwise) {
        return global.timeout == null ? otherwise : Durations.parse("--timeout", global.timeout, "s");
    }
}
