package io.quorlite.faults.mutants;

import java.util.List;
import java.util.function.LongSupplier;
import net.bytebuddy.asm.Advice;

/** What is durable when, who counts as a majority, what damage is noticed. */
public final class LogMutants {
    private static final String LOG = "io.quorlite.raft.log.";
    private static final String SQLITE = "io.quorlite.sqlite.";

    private LogMutants() {}

    static List<Mutant> all() {
        return List.of(
                Mutant.of(
                                "append-unsynced",
                                "entries are acknowledged before they are synced",
                                "append",
                                Rewrite.withoutCalls(LOG + "Segment", "append", "force"))
                        .under("power-all", 15),
                Mutant.of(
                                "vote-unsynced",
                                "a vote is given before it is synced",
                                "register",
                                Rewrite.advice(LOG + "VoteStore", "save", Voting.class),
                                Rewrite.advice(LOG + "LocalDisk$LocalFile", "force", UnsyncedWhileVoting.class))
                        .under("power-all", 20),
                Mutant.of(
                                "commit-by-one",
                                "an entry counts as committed as soon as one member has it",
                                "register",
                                Rewrite.advice(
                                        "io.quorlite.sofajraft.entity.Ballot", "isGranted", Skip.ReturningTrue.class))
                        .under("partition-leader", 20),
                Mutant.of(
                                "checkpoint-unsynced",
                                "the log is cut below what the database has durably",
                                "append",
                                Rewrite.advice(SQLITE + "Checkpointer", "persist", NothingPersisted.class))
                        .under("power-all", 20),
                Mutant.of(
                                "database-unchecked",
                                "rows with a wrong checksum are served",
                                "kubernetes",
                                Rewrite.advice(SQLITE + "Checksum", "headMatches", Skip.ReturningTrue.class),
                                Rewrite.advice(SQLITE + "Checksum", "valueMatches", Skip.ReturningTrue.class))
                        .under("flip-database", 25));
    }

    /** Whether the current thread saves a vote. */
    public static final class Votes {
        public static final ThreadLocal<Boolean> SAVING = ThreadLocal.withInitial(() -> false);

        private Votes() {}
    }

    static final class Voting {
        @Advice.OnMethodEnter
        static void begin() {
            Votes.SAVING.set(true);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void end() {
            Votes.SAVING.set(false);
        }
    }

    static final class UnsyncedWhileVoting {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean skip() {
            return Votes.SAVING.get();
        }
    }

    static final class NothingPersisted {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean skip() {
            return true;
        }

        @Advice.OnMethodExit
        static void claim(
                @Advice.FieldValue("appliedIndex") LongSupplier applied,
                @Advice.Return(readOnly = false) long durable) {
            durable = applied.getAsLong();
        }
    }
}
