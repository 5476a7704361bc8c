package io.quorlite.faults.checkers.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.linearizability.RegisterModel.Cas;
import io.quorlite.faults.checkers.linearizability.RegisterModel.Input;
import io.quorlite.faults.checkers.linearizability.RegisterModel.Output;
import io.quorlite.faults.checkers.linearizability.RegisterModel.Read;
import io.quorlite.faults.checkers.linearizability.RegisterModel.Write;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The search, with all it leaves out, says the same as trying every order, on small histories of any kind. */
class BruteForceTest {
    private final LinearizabilityChecker checker = new LinearizabilityChecker("wgl", System::nanoTime, 10_000_000_000L);

    @Test
    void registersAgree() {
        int linearizable = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            List<Call<Input, Output>> calls = register(new Random(seed));
            boolean expected = tryAll(new RegisterModel(), calls, new RegisterModel().initial());
            linearizable += expected ? 1 : 0;
            assertThat(checker.check(new RegisterModel(), calls).findings().isEmpty())
                    .as("seed %s: %s", seed, calls)
                    .isEqualTo(expected);
        }
        assertThat(linearizable).isBetween(3_000, 17_000);
    }

    @Test
    void stringsAgree() {
        int linearizable = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            List<Call<AppendModel.Input, String>> calls = append(new Random(seed));
            boolean expected = tryAll(new AppendModel(), calls, "");
            linearizable += expected ? 1 : 0;
            assertThat(checker.check(new AppendModel(), calls).findings().isEmpty())
                    .as("seed %s: %s", seed, calls)
                    .isEqualTo(expected);
        }
        assertThat(linearizable).isBetween(3_000, 17_000);
    }

    private static <S, I, O> boolean tryAll(Model<S, I, O> model, List<Call<I, O>> left, S state) {
        if (left.stream().allMatch(Call::isUnknown)) {
            return true;
        }
        int firstEnd = left.stream()
                .filter(call -> !call.isUnknown())
                .mapToInt(Call::end)
                .min()
                .orElseThrow();
        for (Call<I, O> call : left) {
            S next = call.begin() < firstEnd ? model.step(state, call.input(), call.output()) : null;
            if (next != null) {
                List<Call<I, O>> rest = new ArrayList<>(left);
                rest.remove(call);
                if (tryAll(model, rest, next)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<Call<Input, Output>> register(Random random) {
        List<Call<Input, Output>> calls = new ArrayList<>();
        List<Integer> times = times(random, 7);
        for (int i = 0; i < 7; i++) {
            int kind = random.nextInt(3);
            Input input = kind == 0
                    ? new Read()
                    : kind == 1 ? new Write(value(random)) : new Cas(value(random), value(random));
            Output output =
                    kind == 0 ? new Output(value(random), true) : Output.done(kind == 1 || random.nextBoolean());
            calls.add(call(random, times, i, input, output));
        }
        return calls;
    }

    private static List<Call<AppendModel.Input, String>> append(Random random) {
        List<Call<AppendModel.Input, String>> calls = new ArrayList<>();
        List<Integer> times = times(random, 6);
        List<AppendModel.Kind> kinds = List.of(AppendModel.Kind.values());
        String[] found = {"", "a", "b", "ab", "ba", "aa"};
        for (int i = 0; i < 6; i++) {
            AppendModel.Kind kind = kinds.get(random.nextInt(kinds.size()));
            AppendModel.Input input = new AppendModel.Input(kind, random.nextBoolean() ? "a" : "b");
            calls.add(call(random, times, i, input, found[random.nextInt(found.length)]));
        }
        return calls;
    }

    private static Optional<String> value(Random random) {
        int value = random.nextInt(4);
        return value == 0 ? Optional.empty() : Optional.of("v" + value);
    }

    private static <I, O> Call<I, O> call(Random random, List<Integer> times, int i, I input, O output) {
        int one = times.get(2 * i);
        int other = times.get(2 * i + 1);
        boolean unknown = random.nextInt(5) < 2;
        return new Call<>(
                "k",
                input,
                unknown ? null : output,
                Math.min(one, other),
                unknown ? Integer.MAX_VALUE : Math.max(one, other));
    }

    private static List<Integer> times(Random random, int calls) {
        List<Integer> times = new ArrayList<>();
        for (int i = 0; i < 2 * calls; i++) {
            times.add(i);
        }
        Collections.shuffle(times, random);
        return times;
    }
}
