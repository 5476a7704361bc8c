package io.quorlite.faults.checkers.linearizability;

import org.jspecify.annotations.Nullable;

/**
 * One call on one object. Immutable.
 *
 * @param key which object it is about
 * @param output null where the outcome is unknown: the call takes effect at some time after it began, or never
 * @param begin a place in the order of events; every begin and end has its own
 * @param end its place in that order; not looked at where the outcome is unknown
 */
public record Call<I, O>(String key, I input, @Nullable O output, int begin, int end) {
    public boolean isUnknown() {
        return output == null;
    }

    @Override
    public String toString() {
        return input + " -> " + (output == null ? "?" : output);
    }
}
