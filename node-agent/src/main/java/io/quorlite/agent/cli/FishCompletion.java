package io.quorlite.agent.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The commands and their options as fish completes them. Pure. */
final class FishCompletion {
    private static final String PROGRAM = "node-agent";

    private FishCompletion() {}

    static String of(CommandLine root) {
        StringBuilder script = new StringBuilder("# node-agent fish completion\n");
        script.append("complete -c " + PROGRAM + " -f\n");
        root.getSubcommands().forEach((name, command) -> {
            if (command.getCommandSpec().usageMessage().hidden()) {
                return;
            }
            subcommand(script, "__fish_use_subcommand", command);
            String seen = "__fish_seen_subcommand_from " + name;
            command.getSubcommands().forEach((sub, inner) -> {
                subcommand(script, seen, inner);
                options(script, seen + "; and __fish_seen_subcommand_from " + sub, inner.getCommandSpec());
            });
            options(script, seen, command.getCommandSpec());
        });
        return script.toString();
    }

    private static void subcommand(StringBuilder script, String when, CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        line(script, when, "-a " + spec.name(), spec.usageMessage().description());
    }

    private static void options(StringBuilder script, String when, CommandSpec spec) {
        for (OptionSpec option : spec.options()) {
            StringBuilder names = new StringBuilder();
            for (String name : option.names()) {
                names.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
            }
            if (option.arity().max() > 0) {
                names.append(" -r -F"); // a value follows, which may be a file
            }
            line(script, when, names.toString().strip(), option.description());
        }
    }

    private static void line(StringBuilder script, String when, String what, String[] description) {
        script.append("complete -c ")
                .append(PROGRAM)
                .append(" -n '")
                .append(when)
                .append("' ")
                .append(what);
        if (description.length > 0) {
            String text = description[0]
                    .replaceAll(" \\(default: .*", "")
                    .replace("\\", "")
                    .replace("'", "\\'");
            script.append(" -d '").append(text).append('\'');
        }
        script.append('\n');
    }
}
