package io.quorlite.agent;

import io.quorlite.agent.cli.CommandLines;

/** Where the process begins. */
public final class Main {
    private Main() {}

    /** Runs the command that {@code arguments} name and exits with its {@link io.quorlite.agent.refusal.ExitCode}. */
    public static void main(String[] arguments) {
        System.exit(CommandLines.execute(arguments));
    }
}
