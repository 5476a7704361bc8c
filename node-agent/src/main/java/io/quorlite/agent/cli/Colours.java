package io.quorlite.agent.cli;

/** Colour on a terminal that has it; what it marks is always said in words, too. */
record Colours(boolean on) {
    static final Colours OFF = new Colours(false);

    static Colours of(GlobalOptions options) {
        boolean wanted = !options.noColor && System.getenv("NO_COLOR") == null && !options.output.isMachine();
        return new Colours(wanted && Terminal.isInteractive());
    }

    String red(String text) {
        return painted("31;1", text);
    }

    String green(String text) {
        return painted("32", text);
    }

    String yellow(String text) {
        return painted("33", text);
    }

    private String painted(String code, String text) {
        return on ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
