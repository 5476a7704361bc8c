package io.quorlite.agent.config;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 8GiB}, {@code 512MiB}, {@code 1048576}. */
public final class Sizes {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(B|KiB|MiB|GiB|TiB)?");

    private Sizes() {}

    public static long parse(String option, String text) {
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

    /** For people: {@code 1.2 GB}, {@code 412 MB}, {@code 16 kB}. */
    public static String words(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double size = bytes;
        int unit = 0;
        while (size >= 1000 && unit < units.length - 1) {
            size /= 1000;
            unit++;
        }
        boolean fraction = unit >= 2 && size < 100;
        return String.format(Locale.ROOT, fraction ? "%.1f %s" : "%.0f %s", size, units[unit]);
    }
}
