package io.quorlite.command;

import io.quorlite.mvcc.Txn;
import io.quorlite.system.SystemTxn;
import java.util.List;

/** What the log replicates: a change that every replica applies alike, or refuses alike. */
public sealed interface Command
        permits Command.Write,
                Command.LeaseGrant,
                Command.LeaseRevoke,
                Command.LeaseCheckpoint,
                Command.Compact,
                Command.SystemWrite,
                Command.InTerm {
    /** A transaction; a single put or delete is a transaction of one operation. */
    record Write(Txn txn) implements Command {}

    /**
     * Grants a lease.
     *
     * @param id chosen by the member that proposes, never 0
     * @param ttlSeconds within the limits, which are checked before it is proposed
     */
    record LeaseGrant(long id, long ttlSeconds) implements Command {}

    /** Ends a lease and deletes its keys, in key order, in one revision. */
    record LeaseRevoke(long id) implements Command {}

    /** Records how much of their time leases have left, so that a new leader does not start them afresh. */
    record LeaseCheckpoint(List<Remaining> leases) implements Command {
        public LeaseCheckpoint {
            leases = List.copyOf(leases);
        }

        /** A lease's remaining time. */
        public record Remaining(long id, long remainingSeconds) {}
    }

    /** Compacts the key space up to a main revision. */
    record Compact(long revision) implements Command {}

    /** Changes records of the cluster's own, beside the key space. */
    record SystemWrite(SystemTxn txn) implements Command {}

    /**
     * A command that takes effect in an entry of {@code term} only, and nothing does in any other. For what a leader decides
     * by its own clock: a proposal of its may still reach the log of a successor, who knows better.
     */
    record InTerm(long term, Command command) implements Command {
        public InTerm {
            if (command instanceof InTerm) {
                throw new IllegalArgumentException("bound to a term twice");
            }
        }
    }
}
