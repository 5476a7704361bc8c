package io.quorlite.faults.checkers.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.checkers.linearizability.RegisterModel.Cas;
import io.quorlite.faults.checkers.linearizability.RegisterModel.Input;
import io.quorlite.faults.checkers.linearizability.RegisterModel.Output;
import io.quorlite.faults.checkers.linearizability.RegisterModel.Read;
import io.quorlite.faults.checkers.linearizability.RegisterModel.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinearizabilityCheckerTest {
    /** Time that passes by looking at it, so that the bound is a number of steps. */
    private final AtomicLong looks = new AtomicLong();

    private final LinearizabilityChecker checker = new LinearizabilityChecker("wgl", looks::incrementAndGet, 100_000);

    @Test
    void acceptsGoodRegistersWithManyUnknownOutcomes() {
        for (int seed = 0; seed < 100; seed++) {
            List<Call<Input, Output>> calls = register(seed, 300, 0.4);
            assertThat(check(calls).kind()).as("seed %s", seed).isEqualTo(Verdict.Kind.VALID);
        }
    }

    @Test
    void acceptsOneLongRegister() {
        assertThat(check(register(1, 5_000, 0.05)).isValid()).isTrue();
    }

    @Test
    void findsAStaleReadAmongManyUnknownOutcomes() {
        for (int seed = 0; seed < 100; seed++) {
            List<Call<Input, Output>> calls = register(seed, 200, 0.3);
            calls.add(new Call<>("r", new Write(Optional.of("first")), Output.done(true), 10_000, 10_001));
            calls.add(new Call<>("r", new Write(Optional.of("second")), Output.done(true), 10_002, 10_003));
            calls.add(new Call<>("r", new Read(), new Output(Optional.of("first"), true), 10_004, 10_005));

            assertThat(check(calls).kind()).as("seed %s", seed).isEqualTo(Verdict.Kind.INVALID);
        }
    }

    @Test
    void findsALostWriteAmongManyUnknownOutcomes() {
        int harmed = 0;
        for (int seed = 0; harmed < 100; seed++) {
            List<Call<Input, Output>> calls = register(seed, 200, 0.3);
            String read = lastRead(calls);
            if (read != null) {
                harmed++;
                calls.removeIf(call -> (call.input() instanceof Write write
                                && write.value().equals(Optional.of(read)))
                        || (call.input() instanceof Cas cas && cas.value().equals(Optional.of(read))));
                assertThat(check(calls).kind()).as("seed %s", seed).isEqualTo(Verdict.Kind.INVALID);
            }
        }
    }

    @Test
    void saysWhatCannotComeNext() {
        List<Call<Input, Output>> calls = List.of(
                new Call<>("r", new Write(Optional.of("1")), Output.done(true), 0, 1),
                new Call<>("r", new Read(), new Output(Optional.of("2"), true), 2, 3));

        assertThat(check(calls).explanation()).contains("1 of 2 calls", "Optional[1]", "(line 3)");
    }

    @Test
    void givesUpInTimeAndDoesNotPass() {
        LinearizabilityChecker hasty = new LinearizabilityChecker("wgl", looks::incrementAndGet, 0);
        List<Call<Input, Output>> calls = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            calls.add(new Call<>("r", new Write(Optional.of("w" + i)), Output.done(true), i, 100 + i));
        }
        calls.add(new Call<>("r", new Read(), new Output(Optional.of("none"), true), 50, 200));

        assertThat(hasty.check(new RegisterModel(), calls).kind()).isEqualTo(Verdict.Kind.UNKNOWN);
    }

    @Test
    void judgesKeysApart() {
        List<Call<Input, Output>> calls = List.of(
                new Call<>("good", new Write(Optional.of("1")), Output.done(true), 0, 1),
                new Call<>("bad", new Read(), new Output(Optional.of("1"), true), 2, 3));

        assertThat(check(calls).findings()).singleElement().asString().startsWith("key bad");
    }

    @Test
    void modelsASet() {
        SetModel model = new SetModel();
        SortedSet<String> one = new TreeSet<>(List.of("1"));
        Call<SetModel.Input, SortedSet<String>> add = new Call<>("s", new SetModel.Add("1"), one, 0, 1);

        assertThat(checker.check(model, List.of(add, new Call<>("s", new SetModel.Read(), one, 2, 3)))
                        .isValid())
                .isTrue();
        assertThat(checker.check(model, List.of(add, new Call<>("s", new SetModel.Read(), new TreeSet<>(), 2, 3)))
                        .isValid())
                .isFalse();
    }

    @Test
    void modelsALock() {
        LockModel model = new LockModel();
        Call<LockModel.Input, Boolean> first = new Call<>("l", new LockModel.Input("a", true), true, 0, 1);
        Call<LockModel.Input, Boolean> second = new Call<>("l", new LockModel.Input("b", true), true, 4, 5);
        Call<LockModel.Input, Boolean> release = new Call<>("l", new LockModel.Input("a", false), null, 2, 3);

        assertThat(checker.check(model, List.of(first, second)).isValid()).isFalse();
        assertThat(checker.check(model, List.of(first, release, second)).isValid())
                .isTrue();
    }

    private Verdict check(List<Call<Input, Output>> calls) {
        return checker.check(new RegisterModel(), calls);
    }

    private static @Nullable String lastRead(List<Call<Input, Output>> calls) {
        String last = null;
        for (Call<Input, Output> call : calls) {
            Output output = call.output();
            if (call.input() instanceof Read && output != null && output.found().isPresent()) {
                last = output.found().get();
            }
        }
        return last;
    }

    /** Calls on one register that is right, by eight callers, each taking effect at one moment or not known to. */
    private static List<Call<Input, Output>> register(long seed, int count, double unknownShare) {
        Random random = new Random(seed);
        List<Call<Input, Output>> calls = new ArrayList<>();
        List<Integer> begins = new ArrayList<>();
        List<Input> open = new ArrayList<>();
        List<@Nullable Output> done = new ArrayList<>();
        Optional<String> state = Optional.empty();
        List<Input> adrift = new ArrayList<>();
        int time = 0;
        int begun = 0;
        while (begun < count || !open.isEmpty()) {
            if (begun < count && (open.isEmpty() || (open.size() < 8 && random.nextBoolean()))) {
                int kind = random.nextInt(3);
                Optional<String> value = Optional.of("v" + begun++);
                open.add(kind == 0 ? new Read() : kind == 1 ? new Write(value) : new Cas(state, value));
                begins.add(time++);
                done.add(null);
                continue;
            }
            if (!adrift.isEmpty() && random.nextInt(4) == 0) {
                state = after(state, adrift.remove(random.nextInt(adrift.size())));
            }
            int at = random.nextInt(open.size());
            if (done.get(at) == null && random.nextDouble() > unknownShare / 2) {
                done.set(at, answer(state, open.get(at)));
                state = after(state, open.get(at));
            } else {
                boolean unknown = done.get(at) == null || random.nextDouble() < unknownShare / 2;
                if (done.get(at) == null) {
                    adrift.add(open.get(at));
                }
                calls.add(new Call<>(
                        "r",
                        open.remove(at),
                        unknown ? null : done.get(at),
                        begins.remove(at),
                        unknown ? Integer.MAX_VALUE : time++));
                done.remove(at);
            }
        }
        return calls;
    }

    private static Output answer(Optional<String> state, Input input) {
        return input instanceof Read
                ? new Output(state, true)
                : Output.done(!(input instanceof Cas cas) || cas.expected().equals(state));
    }

    private static Optional<String> after(Optional<String> state, Input input) {
        if (input instanceof Write write) {
            return write.value();
        }
        return input instanceof Cas cas && cas.expected().equals(state) ? cas.value() : state;
    }
}
