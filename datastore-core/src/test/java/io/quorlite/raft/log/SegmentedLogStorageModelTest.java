package io.quorlite.raft.log;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;

/** Random calls, crashes and losses of power, at any change of the disk, against a list. */
class SegmentedLogStorageModelTest {
    @Property(tries = 400)
    void keepsWhatItAcknowledgedAndBringsNothingBack(@ForAll("chains") ActionChain<LogMachine> chain) {
        LogMachine machine = chain.run();

        machine.assertConfigurationsSurvive();
    }

    @Provide
    Arbitrary<ActionChain<LogMachine>> chains() {
        return ActionChain.startWith(LogMachine::new)
                .withAction(6, append())
                .withAction(1, truncatePrefix())
                .withAction(2, truncateSuffix())
                .withAction(1, reset())
                .withAction(1, restartProcess())
                .withAction(2, losePower())
                .withMaxTransformations(40);
    }

    /** Mostly no loss of power, else at one of the next changes. */
    private static Arbitrary<Integer> powerLoss() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(0)),
                Tuple.of(2, Arbitraries.integers().between(1, 16)));
    }

    private static Arbitrary<Long> seeds() {
        return Arbitraries.longs().between(0, 1_000_000);
    }

    private static Action.Independent<LogMachine> append() {
        return () -> Combinators.combine(
                        Arbitraries.integers().between(1, 7),
                        Arbitraries.frequencyOf(
                                Tuple.of(5, Arbitraries.integers().between(0, 300)),
                                Tuple.of(1, Arbitraries.integers().between(0, 2999))),
                        Arbitraries.of(false, false, true),
                        powerLoss(),
                        seeds())
                .as((count, bytes, newTerm, loss, seed) -> Transformer.mutate(
                        "append " + count + " of " + bytes + (newTerm ? " in a new term" : "") + ", power loss " + loss
                                + ", seed " + seed,
                        machine -> machine.append(count, bytes, newTerm, loss, seed)));
    }

    private static Action.Independent<LogMachine> truncatePrefix() {
        return () -> Combinators.combine(Arbitraries.integers().between(0, 100), powerLoss(), seeds())
                .as((percent, loss, seed) -> Transformer.mutate(
                        "truncate prefix " + percent + "%, power loss " + loss + ", seed " + seed,
                        machine -> machine.truncatePrefix(percent, loss, seed)));
    }

    private static Action.Independent<LogMachine> truncateSuffix() {
        return () -> Combinators.combine(Arbitraries.integers().between(0, 100), powerLoss(), seeds())
                .as((percent, loss, seed) -> Transformer.mutate(
                        "truncate suffix " + percent + "%, power loss " + loss + ", seed " + seed,
                        machine -> machine.truncateSuffix(percent, loss, seed)));
    }

    private static Action.Independent<LogMachine> reset() {
        return () -> Combinators.combine(Arbitraries.integers().between(-5, 20), powerLoss(), seeds())
                .as((distance, loss, seed) -> Transformer.mutate(
                        "reset " + distance + ", power loss " + loss + ", seed " + seed,
                        machine -> machine.reset(distance, loss, seed)));
    }

    private static Action.Independent<LogMachine> restartProcess() {
        return () -> Arbitraries.of(true, false)
                .map(orderly -> Transformer.mutate(
                        orderly ? "restart" : "kill and restart", machine -> machine.restartProcess(orderly)));
    }

    private static Action.Independent<LogMachine> losePower() {
        return () -> Combinators.combine(Arbitraries.integers().between(0, 8), seeds())
                .as((again, seed) -> Transformer.mutate(
                        "lose power, again during open " + again + ", seed " + seed,
                        machine -> machine.losePower(again, seed)));
    }
}
