package io.quorlite.faults.mutants;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.OpResult;
import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.ReplicationException;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** What writes do, how often, and what their callers are told. */
final class ApplyMutants {
    private static final String DATASTORE = "io.quorlite.datastore.";

    private ApplyMutants() {}

    static List<Mutant> all() {
        return List.of(
                Mutant.of(
                                "entry-skipped",
                                "one member leaves out one entry in forty",
                                "register",
                                Rewrite.advice(
                                        DATASTORE + "StoreReplica",
                                        named("apply").and(takesArguments(List.class)),
                                        EntrySkipped.class))
                        .onOneNode(),
                Mutant.of(
                                "applied-again",
                                "entries that the database has are applied again after a restart",
                                "register",
                                Rewrite.advice(DATASTORE + "AppliedIndex", isConstructor(), AppliedAgain.class))
                        .under("kill-one", 15),
                Mutant.of(
                                "sent-again",
                                "a command that may be in the log is proposed a second time",
                                "watch",
                                Rewrite.advice(DATASTORE + "Proposer$Entry", "unknown", SentAgain.class))
                        .under("kill-leader", 20),
                Mutant.of(
                                "unknown-told-as-failed",
                                "a command that may be in the log is told to be refused",
                                "watch",
                                Rewrite.advice(DATASTORE + "Proposer$Entry", "unknown", ToldAsFailed.class))
                        .under("kill-leader", 20),
                Mutant.of(
                        "mod-revision-ignored",
                        "a transaction's condition on a modification revision always holds",
                        "bank",
                        Rewrite.advice("io.quorlite.mvcc.CompareEvaluator", "holdsFor", ModRevisionIgnored.class)),
                Mutant.of(
                        "put-without-previous",
                        "a put does not return the version before, though asked",
                        "watch",
                        Rewrite.advice(
                                "io.quorlite.mvcc.ChangeWriter",
                                named("put").and(takesArguments(1)),
                                PreviousLost.class)),
                Mutant.of(
                        "put-revision-one-low",
                        "a put is answered with the revision before its own",
                        "watch",
                        Rewrite.advice(
                                "io.quorlite.mvcc.ChangeWriter", named("put").and(takesArguments(1)), OneLow.class)),
                Mutant.of(
                                "compaction-too-far",
                                "compaction removes versions above the compacted revision",
                                "kubernetes",
                                Rewrite.advice("io.quorlite.sqlite.Compaction", "startRound", TooFar.class))
                        .under("none", 15));
    }

    static final class EntrySkipped {
        @Advice.OnMethodEnter
        static void skip(@Advice.Argument(value = 0, readOnly = false) List<CommittedEntry> entries) {
            if (Chance.oneIn(40)) {
                entries = entries.subList(1, entries.size());
            }
        }
    }

    static final class AppliedAgain {
        @Advice.OnMethodEnter
        static void forget(@Advice.Argument(value = 0, readOnly = false) long applied) {
            applied = Math.max(0, applied - 5);
        }
    }

    static final class SentAgain {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean again(@Advice.This Object entry) {
            ((ProposalListener) entry)
                    .refused(new ReplicationException(ReplicationException.Kind.NOT_LEADER, "a mutant"));
            return true;
        }
    }

    static final class ToldAsFailed {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean refuse(@Advice.This Object entry) {
            ((ProposalListener) entry)
                    .refused(new ReplicationException(ReplicationException.Kind.OVERLOADED, "a mutant"));
            return true;
        }
    }

    static final class ModRevisionIgnored {
        @Advice.OnMethodExit
        static void hold(@Advice.Argument(0) Compare compare, @Advice.Return(readOnly = false) boolean holds) {
            if (compare.target() == Compare.Target.MOD_REVISION) {
                holds = true;
            }
        }
    }

    static final class PreviousLost {
        @Advice.OnMethodExit
        static void lose(@Advice.Return(readOnly = false) OpResult.Put put) {
            put = new OpResult.Put(put.revision(), null);
        }
    }

    static final class OneLow {
        @Advice.OnMethodExit
        static void lower(@Advice.Return(readOnly = false) OpResult.Put put) {
            put = new OpResult.Put(put.revision() - 1, put.prevKv());
        }
    }

    static final class TooFar {
        @Advice.OnMethodExit
        static void raise(@Advice.FieldValue(value = "target", readOnly = false) long target) {
            target += 600;
        }
    }
}
