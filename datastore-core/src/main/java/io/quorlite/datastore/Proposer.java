package io.quorlite.datastore;

import io.quorlite.command.Command;
import io.quorlite.command.CommandCodec;
import io.quorlite.command.Proposal;
import io.quorlite.command.RequestId;
import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.datastore.PendingCommands.Pending;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.Replication;
import io.quorlite.replication.ReplicationException;
import io.quorlite.statemachine.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts commands into the log and finds their results in the committed stream.
 *
 * <p>Commands that wait are gathered into one entry. There is no timer: with fewer than {@link #IN_FLIGHT_MAX} entries under
 * way a command leaves at once, otherwise when one of them is applied. Whoever finds something to send sends it, the caller
 * of {@link #propose} or the apply thread; one at a time, so that commands leave in the order in which they came.
 *
 * <p>What a caller is told follows from how far its command got. One that never entered a log is sent again while its
 * deadline lasts, or refused. One that was sent has an unknown outcome until it is seen applied, or until an entry of a later
 * term is: a log never takes up an earlier term's entry again.
 *
 * <p>Thread-safe. One lock guards all state; neither the replicated log nor a caller's future is touched while it is held.
 */
final class Proposer {
    static final int ENTRY_OPERATIONS_MAX = 512;
    static final int ENTRY_BYTES_MAX = 1 << 20;

    /**
     * Enough to keep the log's pipeline busy, few enough that entries grow under load. With 4, a dozen callers on a slow disk were written in
     * three groups in turn, each waiting for two others: what came during a sync found no place before the next one had begun.
     */
    static final int IN_FLIGHT_MAX = 16;

    static final int PENDING_MAX = 20_000;
    static final long WAITING_BYTES_MAX = 64L << 20;

    private static final Logger log = LoggerFactory.getLogger(Proposer.class);

    private final Replication replication;
    private final long origin;
    private final long timeoutNanos;
    private final LongSupplier nanoClock;

    private final Object lock = new Object();
    private final PendingCommands pending = new PendingCommands();
    private long lastSequence;
    private long appliedTerm;
    private int inFlight;
    private boolean leaderless; // an entry came back for want of a leader: nothing leaves until one is known
    private boolean sending;
    private @Nullable DatastoreException refused; // new commands are; a step towards stopped
    private @Nullable DatastoreException stopped;

    /** @param origin drawn at random at this start, so that an earlier life's commands are not taken for this one's */
    Proposer(Replication replication, long origin, long timeoutNanos, LongSupplier nanoClock) {
        this.replication = replication;
        this.origin = origin;
        this.timeoutNanos = timeoutNanos;
        this.nanoClock = nanoClock;
    }

    /** Completes with what applying {@code command} here gave, or fails with a {@link DatastoreException}. */
    CompletableFuture<Outcome> propose(Command command) {
        return propose(command, true);
    }

    /**
     * Proposes what this member decided as the leader of {@code term}: it is never sent again, and it does nothing if it ends
     * up in an entry of another term. A leader's clock says nothing about leases under its successor.
     */
    CompletableFuture<Outcome> proposeInTerm(Command command, long term) {
        return propose(new Command.InTerm(term, command), false);
    }

    private CompletableFuture<Outcome> propose(Command command, boolean again) {
        int bytes = CommandCost.bytes(command);
        int operations = CommandCost.operations(command);
        Pending added;
        synchronized (lock) {
            DatastoreException refusal = refusal(bytes);
            if (refusal != null) {
                return CompletableFuture.failedFuture(refusal);
            }
            RequestId id = new RequestId(origin, ++lastSequence);
            added = new Pending(
                    new Proposal(id, command), again, bytes, operations, nanoClock.getAsLong() + timeoutNanos);
            pending.add(added);
        }
        send();
        return added.result;
    }

    /**
     * An entry was applied and committed to the database. Called for each, in their order, empty ones too.
     *
     * @param results pairs with {@code proposals}
     */
    void applied(long term, List<Proposal> proposals, List<Outcome> results) {
        List<Runnable> answers = new ArrayList<>(proposals.size());
        synchronized (lock) {
            if (term > appliedTerm) {
                appliedTerm = term;
                failEarlierTerms(answers);
            }
            for (int i = 0; i < proposals.size(); i++) {
                RequestId id = proposals.get(i).id();
                Pending done = id.origin() == origin ? remove(id.sequence()) : null;
                if (done != null) {
                    Outcome result = results.get(i);
                    answers.add(() -> done.result.complete(result));
                }
            }
        }
        send(); // first, so that the log works while the callers are told
        answers.forEach(Runnable::run);
    }

    /**
     * The committed stream skips entries: this member is given a copy of the state in their place. Whatever was sent may be in
     * it, unseen, so that no later entry says anything about it any more.
     */
    void streamInterrupted() {
        List<Runnable> answers = new ArrayList<>();
        synchronized (lock) {
            for (Pending command : pending.sent()) {
                fail(command, unknown("the outcome may be in a copy that this member was sent"), answers);
            }
        }
        answers.forEach(Runnable::run);
    }

    /** A leader is known, or may be: what came back for want of one is sent again. */
    void leaderKnown() {
        synchronized (lock) {
            leaderless = false;
        }
        send();
    }

    /** Answers those whose deadline has passed. To be called every now and then. */
    void expire() {
        List<Runnable> answers = new ArrayList<>();
        synchronized (lock) {
            for (Pending command : pending.late(nanoClock.getAsLong())) {
                fail(command, timedOut(command), answers);
            }
        }
        answers.forEach(Runnable::run);
        send();
    }

    /** Takes no more commands; those it has go on. */
    void refuse(DatastoreException reason) {
        synchronized (lock) {
            refused = reason;
        }
    }

    /** Waits until all commands are answered, but not for longer than {@code longest}. */
    void awaitIdle(Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        synchronized (lock) {
            try {
                for (long left = longest.toNanos(); !pending.isEmpty() && left > 0; left = end - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.timedWait(lock, left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // whoever closes in a hurry does not wait
            }
        }
    }

    /** Nothing is proposed or applied from now on. What was sent has an unknown outcome, the rest is refused. */
    void stop(DatastoreException reason) {
        List<Runnable> answers = new ArrayList<>();
        synchronized (lock) {
            stopped = reason;
            for (Pending command : pending.all()) {
                DatastoreException answer =
                        command.isSent() ? unknown("the store stopped before the outcome was known") : reason;
                fail(command, answer, answers);
            }
        }
        answers.forEach(Runnable::run);
    }

    private @Nullable DatastoreException refusal(int bytes) {
        if (stopped != null) {
            return stopped;
        }
        if (refused != null) {
            return refused;
        }
        if (bytes > replication.entryBytesMax()) {
            return new DatastoreException(
                    Kind.REQUEST_TOO_LARGE, bytes + " bytes do not fit in an entry of " + replication.entryBytesMax());
        }
        if (pending.size() >= PENDING_MAX || pending.waitingBytes() + bytes > WAITING_BYTES_MAX) {
            return new DatastoreException(
                    Kind.OVERLOADED,
                    pending.size() + " commands have no answer yet, " + pending.waitingBytes() + " bytes wait");
        }
        return null;
    }

    private DatastoreException timedOut(Pending command) {
        if (command.isSent()) {
            return unknown("no answer within the request timeout");
        }
        return leaderless
                ? new DatastoreException(Kind.NO_LEADER, "no leader within the request timeout")
                : new DatastoreException(Kind.OVERLOADED, "not proposed within the request timeout");
    }

    private static DatastoreException unknown(String message) {
        return new DatastoreException(Kind.OUTCOME_UNKNOWN, message);
    }

    /** Sends what waits, if there is room. A thread that finds another one sending leaves it to that one. */
    private void send() {
        synchronized (lock) {
            if (sending) {
                return;
            }
            sending = true;
        }
        for (Entry entry = next(); entry != null; entry = next()) {
            propose(entry);
        }
    }

    private void propose(Entry entry) {
        try {
            replication.propose(CommandCodec.encode(entry.proposals(), entry.bytes()), entry);
        } catch (RuntimeException e) {
            // A defect; whether the entry left cannot be known, so nobody is told that it did not.
            log.error("proposing an entry failed", e);
            entry.unknown(new ReplicationException(ReplicationException.Kind.STOPPED, "proposing failed"));
        }
    }

    /** Gathers the next entry; where there is none, gives up the right to send. */
    private @Nullable Entry next() {
        synchronized (lock) {
            if (stopped != null || leaderless || inFlight >= IN_FLIGHT_MAX || !pending.hasWaiting()) {
                sending = false;
                return null;
            }
            Entry entry = new Entry(pending.gather(ENTRY_OPERATIONS_MAX, ENTRY_BYTES_MAX));
            inFlight++;
            return entry;
        }
    }

    private void failEarlierTerms(List<Runnable> answers) {
        for (Pending command : pending.sent()) {
            if (command.carrier instanceof Entry entry && entry.isOvertaken()) {
                fail(command, overtaken(), answers);
            }
        }
    }

    private static DatastoreException overtaken() {
        return new DatastoreException(Kind.LEADER_CHANGED, "the leader changed before the command was replicated");
    }

    private void fail(Pending command, DatastoreException reason, List<Runnable> answers) {
        if (remove(command.sequence()) != null) {
            answers.add(() -> command.result.completeExceptionally(reason));
        }
    }

    private @Nullable Pending remove(long sequence) {
        Pending removed = pending.remove(sequence);
        if (pending.isEmpty()) {
            lock.notifyAll();
        }
        return removed;
    }

    /** Commands under way together. Mutable fields are guarded by the lock. */
    private final class Entry implements ProposalListener, PendingCommands.Carrier {
        private final List<Pending> commands;
        private int unanswered;
        private boolean underWay = true; // whether it takes one of the places in flight
        private long sentTerm; // 0 while not known

        Entry(List<Pending> commands) {
            this.commands = commands;
            this.unanswered = commands.size();
            commands.forEach(command -> command.carrier = this);
        }

        List<Proposal> proposals() {
            List<Proposal> proposals = new ArrayList<>(commands.size());
            commands.forEach(command -> proposals.add(command.proposal));
            return proposals;
        }

        /** About its length, rather too much. */
        int bytes() {
            return commands.stream().mapToInt(command -> command.bytes).sum();
        }

        boolean isOvertaken() {
            return sentTerm != 0 && sentTerm < appliedTerm;
        }

        @Override
        public void answered() {
            if (--unanswered == 0) {
                land();
            }
        }

        @Override
        public void sent(long term) {
            List<Runnable> answers = new ArrayList<>();
            synchronized (lock) {
                sentTerm = term;
                if (isOvertaken()) { // the later term's entry was applied before this news came
                    open().forEach(command -> fail(command, overtaken(), answers));
                }
            }
            answers.forEach(Runnable::run);
            send();
        }

        @Override
        public void refused(ReplicationException reason) {
            List<Runnable> answers = new ArrayList<>();
            synchronized (lock) {
                List<Pending> returned = open();
                land();
                boolean again = stopped == null && isForWantOfALeader(reason.kind());
                leaderless |= again;
                for (Pending command : returned) {
                    if (again && command.again) {
                        pending.queue(command);
                    } else {
                        fail(command, Refusals.ofReplication(reason), answers);
                    }
                }
            }
            answers.forEach(Runnable::run);
            send();
        }

        @Override
        public void unknown(ReplicationException reason) {
            synchronized (lock) {
                land(); // its commands go on waiting for what the committed stream or their deadline says
            }
            send();
        }

        private List<Pending> open() {
            return commands.stream()
                    .filter(command -> command.carrier == this && pending.contains(command))
                    .toList();
        }

        private void land() {
            if (underWay) {
                underWay = false;
                inFlight--;
            }
        }
    }

    private static boolean isForWantOfALeader(ReplicationException.Kind kind) {
        return switch (kind) {
            case NO_LEADER, NOT_LEADER, LEADER_CHANGED, TIMEOUT -> true;
            case OVERLOADED, TOO_LARGE, MEMBERSHIP, STOPPED -> false;
        };
    }
}
