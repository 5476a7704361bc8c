package io.quorlite.faults.mutants;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.quorlite.command.Command;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** When leases end, by whose clock, and what goes with them. */
final class LeaseMutants {
    private static final String DEADLINES = "io.quorlite.lease.LeaseDeadlines";
    private static final String KEEPER = "io.quorlite.datastore.LeaseKeeper";

    private LeaseMutants() {}

    static List<Mutant> all() {
        return List.of(
                Mutant.of(
                                "lease-by-any-clock",
                                "members that do not lead keep clocks, which hear of no renewal, and end leases by them",
                                "lease",
                                Rewrite.advice(DEADLINES, "granted", AlwaysLeading.class),
                                Rewrite.advice(KEEPER, "tick", InSomeTerm.class),
                                Rewrite.advice(KEEPER, "leadsIn", Skip.ReturningTrue.class),
                                Rewrite.advice(
                                        "io.quorlite.statemachine.KvStateMachine",
                                        named("apply").and(takesArguments(2)),
                                        InAnyTerm.class))
                        .under("none", 15),
                Mutant.of(
                        "lease-without-end",
                        "leases never end by themselves",
                        "lease",
                        Rewrite.advice(DEADLINES, "expired", NoneExpired.class)),
                Mutant.of(
                                "lease-cut-by-new-leader",
                                "a new leader gives leases one and a half seconds less",
                                "lease",
                                Rewrite.advice(DEADLINES, "promote", CutShort.class))
                        .under("kill-leader", 20),
                Mutant.of(
                        "lease-renewal-forgotten",
                        "a renewal is answered and forgotten",
                        "lease",
                        Rewrite.advice(DEADLINES, "expireAt", Skip.ReturningNothing.class)),
                Mutant.of(
                        "lease-keys-left",
                        "keys are not attached to their leases, and stay when those end",
                        "lease",
                        Rewrite.advice("io.quorlite.mvcc.ChangeWriter", "moveLease", Skip.ReturningNothing.class)));
    }

    static final class AlwaysLeading {
        @Advice.OnMethodEnter
        static void lead(@Advice.FieldValue(value = "leading", readOnly = false) boolean leading) {
            leading = true;
        }
    }

    static final class InSomeTerm {
        @Advice.OnMethodEnter
        static void lead(@Advice.FieldValue(value = "term", readOnly = false) long term) {
            term = Math.max(term, 1);
        }
    }

    static final class InAnyTerm {
        @Advice.OnMethodEnter
        static void unbind(@Advice.Argument(value = 0, readOnly = false) Command command) {
            if (command instanceof Command.InTerm bound) {
                command = bound.command();
            }
        }
    }

    static final class NoneExpired {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean skip() {
            return true;
        }

        @Advice.OnMethodExit
        static void none(@Advice.Return(readOnly = false) List<Long> expired) {
            expired = List.of();
        }
    }

    static final class CutShort {
        @Advice.OnMethodEnter
        static void cut(@Advice.Argument(value = 2, readOnly = false) long extendMillis) {
            extendMillis = -1_500;
        }
    }
}
