package io.quorlite.benchmarks.rows;

import java.util.List;

/**
 * What to measure and for how long.
 *
 * @param words only rows whose names contain one of these
 * @param seconds of a repetition
 * @param warmUpSeconds before the first row, at most
 * @param large whether scenarios with a million keys are wanted, too
 */
public record Settings(
        int nodes, List<String> words, int pairs, double seconds, double warmUpSeconds, int keys, boolean large) {
    static final int LIFECYCLE_KEYS = 100_000;
    static final int LARGE_KEYS = 1_000_000;

    /** Before a row is measured, at most: its own code is still cold after the warm-up with puts. */
    double rowWarmUpSeconds() {
        return warmUpSeconds / 6;
    }

    boolean wants(String name) {
        return words.stream().anyMatch(name::contains);
    }

    String suffix() {
        return nodes == 1 ? "" : ", " + nodes + " nodes";
    }
}
