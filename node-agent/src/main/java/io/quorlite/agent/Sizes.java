package io.quorlite.agent;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 8GiB}, {@code 512MiB}, {@code 1048576}. */
final class Sizes {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(B|KiB|MiB|GiB|TiB)?");

    private Sizes() {}

    static long parse(String option, String text) {
        Matcher matcher = SIZE.matcher(text.trim());
        if (!matcher.matches()) {
            throw new Refusal(
                    ExitCode.USAGE, option + ": '" + text + "' is not a size such as 8GiB, 512MiB or 1048576");
        }
        long number = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        int shift = 10 * "BKMGT".indexOf(unit.charAt(0));
        if (number == 0 || number > Long.MAX_VALUE >> shift) {
            throw new Refusal(ExitCode.USAGE, option + ": '" + text + "' is out of range");
        }
        return number << shift;
    }
}
