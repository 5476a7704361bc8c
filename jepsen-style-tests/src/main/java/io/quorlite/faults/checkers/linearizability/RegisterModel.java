package io.quorlite.faults.checkers.linearizability;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A register that may be absent, with compare-and-set by value. Reads are {@link Read}, and so on. */
public final class RegisterModel implements Model<Optional<String>, RegisterModel.Input, RegisterModel.Output> {
    /** Stands for every value that nobody looks for: no byte of a value is a character as high as this. */
    private static final Optional<String> UNSEEN = Optional.of("\uffff");

    /** What a register is asked. */
    public sealed interface Input {}

    /** Reads it. */
    public record Read() implements Input {}

    /** Writes it; empty deletes. */
    public record Write(Optional<String> value) implements Input {}

    /** Writes it if it holds what is expected. */
    public record Cas(Optional<String> expected, Optional<String> value) implements Input {}

    /** What it answers: what a read found, and whether a compare-and-set took place (true for others). */
    public record Output(Optional<String> found, boolean done) {
        public static Output done(boolean done) {
            return new Output(Optional.empty(), done);
        }
    }

    @Override
    public Optional<String> initial() {
        return Optional.empty();
    }

    @Override
    @SuppressWarnings("NullableOptional") // the state is an Optional, and null says that there is no next one
    public @Nullable Optional<String> step(Optional<String> state, Input input, @Nullable Output output) {
        if (input instanceof Read) {
            return output == null || output.found().equals(state) ? state : null;
        } else if (input instanceof Write write) {
            return write.value();
        } else if (input instanceof Cas cas) {
            boolean does = cas.expected().equals(state);
            if (output != null && output.done() != does) {
                return null;
            }
            return does ? cas.value() : state;
        }
        throw new AssertionError(input);
    }

    /** Unknown reads do nothing; of unknown writes that nobody reads or compares with, one is like another. */
    @Override
    public List<Call<Input, Output>> simplified(List<Call<Input, Output>> calls) {
        Set<Optional<String>> looked = new HashSet<>();
        for (Call<Input, Output> call : calls) {
            Output output = call.output();
            if (call.input() instanceof Cas cas) {
                looked.add(cas.expected());
            } else if (call.input() instanceof Read && output != null) {
                looked.add(output.found());
            }
        }
        return calls.stream()
                .filter(call -> !call.isUnknown() || !(call.input() instanceof Read))
                .map(call -> call.isUnknown() ? simplified(call, looked) : call)
                .toList();
    }

    private static Call<Input, Output> simplified(Call<Input, Output> call, Set<Optional<String>> looked) {
        Input input = call.input();
        if (input instanceof Write write && !looked.contains(write.value())) {
            input = new Write(UNSEEN);
        } else if (input instanceof Cas cas && !looked.contains(cas.value())) {
            input = new Cas(cas.expected(), UNSEEN);
        }
        return new Call<>(call.key(), input, null, call.begin(), call.end());
    }
}
