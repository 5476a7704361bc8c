package io.quorlite.faults.checkers.linearizability;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A lock that one owner at a time holds. The state is who holds it. */
public final class LockModel implements Model<Optional<String>, LockModel.Input, Boolean> {
    /**
     * Takes the lock, or gives it back.
     *
     * @param acquire whether it is taken
     */
    public record Input(String owner, boolean acquire) {}

    @Override
    public Optional<String> initial() {
        return Optional.empty();
    }

    /** @param done whether the owner now has it, or has given it back; false only where the lock was not as needed */
    @Override
    @SuppressWarnings("NullableOptional") // the state is an Optional, and null says that there is no next one
    public @Nullable Optional<String> step(Optional<String> state, Input input, @Nullable Boolean done) {
        boolean possible = input.acquire() ? state.isEmpty() : state.equals(Optional.of(input.owner()));
        if (done != null && done != possible) {
            return null;
        }
        if (!possible) {
            return state;
        }
        return input.acquire() ? Optional.of(input.owner()) : Optional.empty();
    }
}
