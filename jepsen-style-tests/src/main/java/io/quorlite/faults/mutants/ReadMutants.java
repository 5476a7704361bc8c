package io.quorlite.faults.mutants;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.quorlite.mvcc.RangeSink;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.bytebuddy.asm.Advice;

/** What reads find, and how old it may be. */
final class ReadMutants {
    private static final String EVALUATOR = "io.quorlite.mvcc.RangeEvaluator";

    private static final String ENGINE = "io.quorlite.sofajraft.core.NodeImpl";

    private ReadMutants() {}

    static List<Mutant> all() {
        return List.of(
                Mutant.of(
                                "read-unconfirmed",
                                "a leader answers linearizable reads without asking whether it still leads, and leads on when cut off",
                                "register",
                                Rewrite.withoutCalls(ENGINE, "readLeader", "getQuorum"),
                                // It would step down on its own before the others elect a new one.
                                Rewrite.advice(ENGINE, "handleStepDownTimeout", Skip.ReturningNothing.class))
                        .under("partition-leader", 12),
                Mutant.of(
                                "read-from-here",
                                "linearizable reads are answered as serializable ones",
                                "register",
                                Rewrite.advice("io.quorlite.datastore.ReadBarriers", "pass", NoBarrier.class))
                        .under("partition-one", 15),
                Mutant.of(
                        "rows-one-revision-old",
                        "a read's header names one revision, its rows are of the one before",
                        "register",
                        Rewrite.advice(EVALUATOR, named("range").and(takesArguments(5)), OneRevisionOld.class)),
                Mutant.of(
                        "page-of-now",
                        "a read at an older revision finds the newest rows",
                        "kubernetes",
                        Rewrite.advice(EVALUATOR, "stream", OfNow.class)),
                Mutant.of(
                        "count-one-high",
                        "a read counts one key too many",
                        "kubernetes",
                        Rewrite.advice(EVALUATOR, named("range").and(takesArguments(5)), CountHigh.class)),
                Mutant.of(
                        "header-one-high",
                        "a read's header names the revision after the one it was read at",
                        "kubernetes",
                        Rewrite.advice(EVALUATOR, named("range").and(takesArguments(5)), HeaderHigh.class)));
    }

    static final class NoBarrier {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean skip() {
            return true;
        }

        @Advice.OnMethodExit
        static void passed(@Advice.Return(readOnly = false) CompletableFuture<Void> result) {
            result = CompletableFuture.completedFuture(null);
        }
    }

    static final class OneRevisionOld {
        @Advice.OnMethodEnter
        static void older(@Advice.Argument(2) long current, @Advice.Argument(value = 3, readOnly = false) long newest) {
            if (newest == current && current > 2) {
                newest = current - 1;
            }
        }
    }

    static final class OfNow {
        @Advice.OnMethodEnter
        static void now(@Advice.Argument(2) long current, @Advice.Argument(value = 3, readOnly = false) long at) {
            at = Math.max(at, current);
        }
    }

    static final class CountHigh {
        @Advice.OnMethodEnter
        static void count(@Advice.Argument(value = 4, readOnly = false) RangeSink<?> sink) {
            sink = new CrookedSink<>(sink, 0, 1);
        }
    }

    static final class HeaderHigh {
        @Advice.OnMethodEnter
        static void raise(@Advice.Argument(value = 4, readOnly = false) RangeSink<?> sink) {
            sink = new CrookedSink<>(sink, 1, 0);
        }
    }
}
