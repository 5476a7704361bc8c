package io.quorlite.datastore;

import io.quorlite.command.Proposal;
import io.quorlite.statemachine.Outcome;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The commands whose callers wait for an answer, and those among them that wait to be sent. Guarded by its owner's lock. */
final class PendingCommands {
    /** What a command is under way in. */
    interface Carrier {
        /** One of its commands was answered. */
        void answered();
    }

    /** A command whose caller waits. */
    static final class Pending {
        final Proposal proposal;
        final boolean again; // whether it may be sent again
        final int bytes;
        final int operations;
        final long deadlineNanos;
        final CompletableFuture<Outcome> result = new CompletableFuture<>();

        @Nullable Carrier carrier; // null while it waits

        Pending(Proposal proposal, boolean again, int bytes, int operations, long deadlineNanos) {
            this.proposal = proposal;
            this.again = again;
            this.bytes = bytes;
            this.operations = operations;
            this.deadlineNanos = deadlineNanos;
        }

        long sequence() {
            return proposal.id().sequence();
        }

        /** Whether it may have entered a log. */
        boolean isSent() {
            return carrier != null;
        }
    }

    private final Map<Long, Pending> pending = new LinkedHashMap<>(); // oldest first, so earliest deadline first
    private final TreeMap<Long, Pending> waiting = new TreeMap<>(); // by sequence: what comes back keeps its place
    private long waitingBytes;

    /** Adds a command, which waits. Deadlines come in order. */
    void add(Pending command) {
        pending.put(command.sequence(), command);
        queue(command);
    }

    /** Has a command that was under way wait again. */
    void queue(Pending command) {
        command.carrier = null;
        waiting.put(command.sequence(), command);
        waitingBytes += command.bytes;
    }

    /** Takes commands that wait, in their order: one, and more as long as they stay within the bounds. */
    List<Pending> gather(int operationsMax, int bytesMax) {
        List<Pending> gathered = new ArrayList<>();
        long bytes = 0;
        int operations = 0;
        for (Iterator<Pending> queue = waiting.values().iterator(); queue.hasNext(); ) {
            Pending next = queue.next();
            bytes += next.bytes;
            operations += next.operations;
            if (!gathered.isEmpty() && (bytes > bytesMax || operations > operationsMax)) {
                break;
            }
            queue.remove();
            waitingBytes -= next.bytes;
            gathered.add(next);
        }
        return gathered;
    }

    /** Takes a command away to be answered; null if it was answered before. */
    @Nullable Pending remove(long sequence) {
        Pending removed = pending.remove(sequence);
        if (removed == null) {
            return null;
        }
        if (removed.carrier == null) {
            waiting.remove(sequence);
            waitingBytes -= removed.bytes;
        } else {
            removed.carrier.answered();
        }
        return removed;
    }

    boolean contains(Pending command) {
        return pending.containsKey(command.sequence());
    }

    /** Those whose deadline is not after {@code nowNanos}. */
    List<Pending> late(long nowNanos) {
        List<Pending> late = new ArrayList<>();
        for (Pending candidate : pending.values()) {
            if (candidate.deadlineNanos - nowNanos > 0) {
                break;
            }
            late.add(candidate);
        }
        return late;
    }

    List<Pending> all() {
        return List.copyOf(pending.values());
    }

    /** Those that may have entered a log. */
    List<Pending> sent() {
        return pending.values().stream().filter(Pending::isSent).toList();
    }

    int size() {
        return pending.size();
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    long waitingBytes() {
        return waitingBytes;
    }
}
