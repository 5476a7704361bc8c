package io.quorlite.agent.join;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which versions may be in one cluster: neighbouring minor versions of one major version. */
final class Versions {
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(\\..*|-.*)?");

    private Versions() {}

    static boolean goTogether(String one, String other) {
        Matcher left = NUMBERS.matcher(one);
        Matcher right = NUMBERS.matcher(other);
        if (!left.matches() || !right.matches()) {
            return one.equals(other); // one that was not released goes with itself
        }
        int minors = Integer.parseInt(left.group(2)) - Integer.parseInt(right.group(2));
        return left.group(1).equals(right.group(1)) && Math.abs(minors) <= 1;
    }
}
