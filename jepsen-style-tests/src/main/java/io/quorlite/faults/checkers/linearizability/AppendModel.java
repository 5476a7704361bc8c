package io.quorlite.faults.checkers.linearizability;

import org.jspecify.annotations.Nullable;

/** A string that is read, replaced and appended to: the key-value object of porcupine's test data. */
public final class AppendModel implements Model<String, AppendModel.Input, String> {
    /** What is done with the string. */
    public enum Kind {
        GET,
        PUT,
        APPEND
    }

    /** One call; the text counts for nothing in a get. The answer of a get is the string, of others anything. */
    public record Input(Kind kind, String text) {}

    @Override
    public String initial() {
        return "";
    }

    @Override
    public @Nullable String step(String state, Input input, @Nullable String output) {
        return switch (input.kind()) {
            case GET -> output == null || output.equals(state) ? state : null;
            case PUT -> input.text();
            case APPEND -> state + input.text();
        };
    }
}
