package io.quorlite.agent.cli;

import java.nio.charset.Charset;
import java.util.Locale;

/** What the terminal can show. */
final class Terminal {
    private Terminal() {}

    /** Whether a person sees the output as it comes: on JDK 22 and later a console is there in any case, so it is asked itself. */
    static boolean isInteractive() {
        return System.console() != null && !"dumb".equals(System.getenv("TERM"));
    }

    /** Whether symbols beyond ASCII come out as such. */
    static boolean hasSymbols() {
        String encoding = System.getProperty(
                "sun.stdout.encoding", Charset.defaultCharset().name());
        return encoding.toUpperCase(Locale.ROOT).startsWith("UTF");
    }

    static String done() {
        return hasSymbols() ? "✔ " : "ok ";
    }

    static String underWay() {
        return hasSymbols() ? "◐ " : ".. ";
    }
}
