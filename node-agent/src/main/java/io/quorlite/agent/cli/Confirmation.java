package io.quorlite.agent.cli;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.io.Console;
import java.util.Locale;

/** Asks before what cannot be taken back: on a terminal; elsewhere {@code --yes} must have been given. */
final class Confirmation {
    private Confirmation() {}

    static void ask(AgentCommand command, String question) {
        if (command.global.yes) {
            return;
        }
        Console console = System.console();
        if (console == null) {
            throw new Refusal(ExitCode.USAGE, "NOT_CONFIRMED", question + " Nobody is there to ask: say --yes.", "");
        }
        String answer = console.readLine("%s [y/N] ", question);
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
            throw new Refusal(ExitCode.INTERRUPTED, "NOT_CONFIRMED", "Nothing was done.", "");
        }
    }
}
