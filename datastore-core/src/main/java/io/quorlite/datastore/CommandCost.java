package io.quorlite.datastore;

import io.quorlite.command.Command;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.Txn;
import io.quorlite.system.SystemTxn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Estimates what a command costs: bytes in the log, operations to apply, bytes it may add to the database. Pure. */
final class CommandCost {
    /** Header, numbers and flags of a command, an operation, a compare; rounded up. */
    private static final int OVERHEAD_BYTES = 64;

    private CommandCost() {}

    /** About the bytes it takes in an entry, rather too many. */
    static int bytes(Command command) {
        if (command instanceof Command.Write write) {
            return saturated(bytes(write.txn(), OVERHEAD_BYTES));
        }
        if (command instanceof Command.InTerm bound) {
            return saturated(OVERHEAD_BYTES + (long) bytes(bound.command()));
        }
        if (command instanceof Command.LeaseCheckpoint checkpoint) {
            return saturated(OVERHEAD_BYTES + 20L * checkpoint.leases().size());
        }
        if (command instanceof Command.SystemWrite write) {
            return saturated(bytes(write.txn()));
        }
        return OVERHEAD_BYTES;
    }

    /** How many operations it counts for in an entry, 1 at least. */
    static int operations(Command command) {
        return command instanceof Command.Write write ? Math.max(1, operations(write.txn())) : 1;
    }

    /**
     * About the bytes it may add to the database; 0 if it is to be taken whatever the quota: it adds none, or, as system records do,
     * it is what a full store is mended with.
     */
    static long growth(Command command) {
        if (command instanceof Command.Write write) {
            return growth(write.txn());
        }
        return command instanceof Command.LeaseGrant ? OVERHEAD_BYTES : 0;
    }

    /** The bytes of its keys and values. */
    static long payloadBytes(Txn txn) {
        return bytes(txn, 0);
    }

    private static long bytes(Txn txn, int overhead) {
        long bytes = overhead;
        for (Compare compare : txn.compares()) {
            bytes += overhead + bytes(compare.range()) + compare.value().length();
        }
        for (List<Op> branch : List.of(txn.success(), txn.failure())) {
            for (Op op : branch) {
                bytes += overhead + bytes(op, overhead);
            }
        }
        return bytes;
    }

    private static long bytes(SystemTxn txn) {
        long bytes = OVERHEAD_BYTES;
        for (SystemTxn.Condition condition : txn.conditions()) {
            bytes += OVERHEAD_BYTES + condition.name().length();
        }
        for (SystemTxn.Change change : txn.changes()) {
            bytes += OVERHEAD_BYTES + change.name().length() + length(change.value());
        }
        return bytes;
    }

    private static long bytes(Op op, int overhead) {
        if (op instanceof Op.Put put) {
            return put.key().length() + (long) put.value().length();
        }
        if (op instanceof Op.Range range) {
            return bytes(range.keys());
        }
        if (op instanceof Op.DeleteRange delete) {
            return bytes(delete.keys());
        }
        if (op instanceof Op.Nested nested) {
            return bytes(nested.txn(), overhead);
        }
        throw new AssertionError(op);
    }

    private static long bytes(KeyRange range) {
        return range.from().length() + (range.single() ? 0L : length(range.to()));
    }

    private static long length(@Nullable Bytes bytes) {
        return bytes == null ? 0 : bytes.length();
    }

    private static int operations(Txn txn) {
        return Math.max(operations(txn.success()), operations(txn.failure()));
    }

    private static int operations(List<Op> branch) {
        int operations = 0;
        for (Op op : branch) {
            operations += op instanceof Op.Nested nested ? operations(nested.txn()) : 1;
        }
        return operations;
    }

    private static long growth(Txn txn) {
        return Math.max(growth(txn.success()), growth(txn.failure()));
    }

    private static long growth(List<Op> branch) {
        long growth = 0;
        for (Op op : branch) {
            if (op instanceof Op.Put put) {
                growth +=
                        OVERHEAD_BYTES + put.key().length() + (long) put.value().length();
            } else if (op instanceof Op.Nested nested) {
                growth += growth(nested.txn());
            }
        }
        return growth;
    }

    private static int saturated(long bytes) {
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }
}
