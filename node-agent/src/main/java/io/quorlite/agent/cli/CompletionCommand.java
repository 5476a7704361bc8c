package io.quorlite.agent.cli;

import io.quorlite.agent.refusal.ExitCode;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        description = "Prints what makes a shell complete this command: source <(node-agent completion bash)")
final class CompletionCommand extends AgentCommand {
    /** The first two read the same script: zsh through its bashcompinit, which the script itself loads. */
    enum Shell {
        BASH,
        ZSH,
        FISH
    }

    @Parameters(index = "0", paramLabel = "SHELL", description = "bash, zsh or fish.")
    Shell shell = Shell.BASH;

    @Override
    ExitCode execute() {
        CommandLine root = spec.root().commandLine();
        out().println(shell == Shell.FISH ? FishCompletion.of(root) : AutoComplete.bash("node-agent", root));
        return ExitCode.OK;
    }
}
