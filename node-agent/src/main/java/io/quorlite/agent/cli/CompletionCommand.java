package io.quorlite.agent.cli;

import io.quorlite.agent.refusal.ExitCode;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        description = "Prints what makes a shell complete this command: source <(node-agent completion bash)")
final class CompletionCommand extends AgentCommand {
    /** Those that read the same script: zsh through its bashcompinit, which the script itself loads. */
    enum Shell {
        BASH,
        ZSH
    }

    @Parameters(index = "0", paramLabel = "SHELL", description = "bash or zsh.")
    Shell shell = Shell.BASH;

    @Override
    ExitCode execute() {
        out().println(AutoComplete.bash("node-agent", spec.root().commandLine()));
        return ExitCode.OK;
    }
}
