package io.quorlite.datastore;

import io.quorlite.command.Command;
import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.Op;
import org.jspecify.annotations.Nullable;

/** A call of a simulated client, and how it ended. Mutable until then. */
final class SimulatedCall {
    /** What was asked for. */
    sealed interface Request {
        /** Something that goes through the log, and is found there again: no other call asks for the same. */
        record Write(Command command) implements Request {}

        record Read(Op.Range range, ReadLevel level) implements Request {}

        record Renew(long leaseId) implements Request {}

        record Compact(long revision) implements Request {}
    }

    final int number;
    final String member;
    final Request request;
    final long invokedNanos;
    /** The newest revision that any call which ended before this one began was answered with. */
    final long floor;
    /** The same of the serializable reads of this member in this life. */
    final long localFloor;

    long completedNanos = Long.MAX_VALUE;

    @Nullable Object result;

    @Nullable Kind failure;

    SimulatedCall(int number, String member, Request request, long invokedNanos, long floor, long localFloor) {
        this.number = number;
        this.member = member;
        this.request = request;
        this.invokedNanos = invokedNanos;
        this.floor = floor;
        this.localFloor = localFloor;
    }

    boolean isOpen() {
        return completedNanos == Long.MAX_VALUE;
    }

    @Override
    public String toString() {
        return "#" + number + " at " + member + " " + request + " from " + invokedNanos + " to " + completedNanos
                + " floor " + floor + " -> " + (failure == null ? result : failure);
    }
}
