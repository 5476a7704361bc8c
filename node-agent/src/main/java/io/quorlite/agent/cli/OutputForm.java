package io.quorlite.agent.cli;

/** How a command shows its result. */
enum OutputForm {
    TABLE,
    WIDE,
    JSON,
    YAML,
    /** Nothing but the names, or the one word, that a script goes on with. */
    QUIET;

    boolean isMachine() {
        return this == JSON || this == YAML;
    }
}
