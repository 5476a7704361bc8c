package io.quorlite.faults.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a list transaction: appends {@code element} to the list {@code key}, or reads it. Immutable.
 *
 * @param element what is appended, unique for its key in the whole run; null for a read
 * @param read what the list held; null for an append, and for a read that has not been answered
 */
public record ListStep(
        String key, @Nullable Long element, @Nullable List<Long> read) {
    public ListStep {
        read = read == null ? null : List.copyOf(read);
    }

    public static ListStep append(String key, long element) {
        return new ListStep(key, element, null);
    }

    public static ListStep read(String key) {
        return new ListStep(key, null, null);
    }

    public static ListStep read(String key, List<Long> value) {
        return new ListStep(key, null, value);
    }

    public boolean isAppend() {
        return element != null;
    }

    @Override
    public String toString() {
        return isAppend() ? "append(" + key + ", " + element + ")" : "read(" + key + ") -> " + read;
    }
}
