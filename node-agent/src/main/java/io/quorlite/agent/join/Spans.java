package io.quorlite.agent.join;

import java.time.Duration;

/** Lengths of time as people say them. */
final class Spans {
    private Spans() {}

    static String text(Duration span) {
        if (span.toDays() > 1) {
            return span.toDays() + " d";
        }
        if (span.toHours() > 1) {
            return span.toHours() + " h";
        }
        if (span.toMinutes() > 0) {
            return span.toMinutes() + " min";
        }
        return span.toSeconds() + " s";
    }
}
