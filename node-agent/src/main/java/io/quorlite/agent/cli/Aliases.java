package io.quorlite.agent.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What other tools call some of the commands: it is understood, and the name here is told. Pure. */
final class Aliases {
    private static final Map<List<String>, String> NAMES = Map.of(
            List.of("member", "list"), "members",
            List.of("member", "remove"), "remove-node",
            List.of("member", "promote"), "promote",
            List.of("endpoint", "status"), "status",
            List.of("endpoint", "health"), "status",
            List.of("etcd", "leave"), "leave",
            List.of("etcd", "member-list"), "members");

    private Aliases() {}

    /** @param notice what to tell; empty where nothing was translated */
    record Translation(List<String> arguments, String notice) {}

    static Translation of(List<String> arguments) {
        if (arguments.size() < 2) {
            return new Translation(arguments, "");
        }
        List<String> asked = arguments.subList(0, 2);
        String name = NAMES.get(asked);
        if (name == null) {
            return new Translation(arguments, "");
        }
        List<String> translated = new ArrayList<>(List.of(name));
        translated.addAll(arguments.subList(2, arguments.size()));
        return new Translation(translated, "'" + String.join(" ", asked) + "' is 'node-agent " + name + "' here");
    }

    static Translation of(String... arguments) {
        return of(Arrays.asList(arguments));
    }
}
