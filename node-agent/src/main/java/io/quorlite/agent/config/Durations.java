package io.quorlite.agent.config;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}, {@code 365d}. */
public final class Durations {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)?");

    private Durations() {}

    /** @param bareUnit what a number without a unit counts */
    public static Duration parse(String option, String text, String bareUnit) {
        Matcher matcher = DURATION.matcher(text.trim());
        if (!matcher.matches()) {
            throw new Refusal(
                    ExitCode.USAGE, option + ": '" + text + "' is not a duration such as 500ms, 30s, 5m, 1h or 365d");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2) == null ? bareUnit : matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** In the largest unit that leaves a number worth reading: {@code 4 s}, {@code 14 min}, {@code 2 h}, {@code 364 d}. */
    public static String words(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 1) {
            return duration.toMillis() + " ms";
        }
        if (seconds < 120 && seconds % 60 != 0) {
            return seconds + " s";
        }
        if (seconds < 2 * 3600 && seconds % 3600 != 0) {
            return seconds / 60 + " min";
        }
        return seconds < 2 * 86_400 && seconds % 86_400 != 0 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }
}
