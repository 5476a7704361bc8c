package io.quorlite.faults.checkers.linearizability;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sequential object: what its state becomes, and whether an answer fits. Deterministic and without side effects.
 *
 * @param <S> its states, immutable and with value equality
 * @param <I> what it is asked
 * @param <O> what it answers
 */
public interface Model<S, I, O> {
    S initial();

    /**
     * The state after {@code input}, or null if the object cannot have answered {@code output} in {@code state}.
     *
     * @param output null where the answer is unknown, which fits every state
     */
    @Nullable S step(S state, I input, @Nullable O output);

    /**
     * The calls on one object, made easier to search without changing whether they are linearizable: unknown calls that
     * cannot matter left out, those that differ only in what nobody can tell made equal.
     */
    default List<Call<I, O>> simplified(List<Call<I, O>> calls) {
        return calls;
    }
}
