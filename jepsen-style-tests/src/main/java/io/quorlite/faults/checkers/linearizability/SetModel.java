package io.quorlite.faults.checkers.linearizability;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A set that grows: add one element, read all. */
public final class SetModel implements Model<SortedSet<String>, SetModel.Input, SortedSet<String>> {
    /** What a set is asked. The answer of an add is any set. */
    public sealed interface Input {}

    /** Adds an element. */
    public record Add(String element) implements Input {}

    /** Reads all elements. */
    public record Read() implements Input {}

    @Override
    public SortedSet<String> initial() {
        return Collections.emptySortedSet();
    }

    @Override
    public @Nullable SortedSet<String> step(SortedSet<String> state, Input input, @Nullable SortedSet<String> output) {
        if (input instanceof Read) {
            return output == null || output.equals(state) ? state : null;
        } else if (input instanceof Add add) {
            SortedSet<String> next = new TreeSet<>(state);
            next.add(add.element());
            return next;
        }
        throw new AssertionError(input);
    }
}
