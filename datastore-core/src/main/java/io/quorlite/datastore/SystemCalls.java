package io.quorlite.datastore;

import io.quorlite.command.Command;
import io.quorlite.statemachine.Outcome;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTable;
import io.quorlite.system.SystemTxn;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records as this member has them, and the way to change them: through the log, whatever the quota, and from a learner, too, which
 * must be able to say who it is. Thread-safe; does not block.
 */
final class SystemCalls implements SystemRecords {
    private static final Logger log = LoggerFactory.getLogger(SystemCalls.class);

    private final Supplier<SystemTable> table;
    private final ReadBarriers barriers;
    private final Proposer proposer;
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** @param table the records of the state as it is now; another one after a database was installed */
    SystemCalls(Supplier<SystemTable> table, ReadBarriers barriers, Proposer proposer) {
        this.table = table;
        this.barriers = barriers;
        this.proposer = proposer;
    }

    @Override
    public Optional<SystemRecord> get(String name) {
        return Optional.ofNullable(table.get().get(name));
    }

    @Override
    public List<SystemRecord> list(String prefix) {
        return table.get().list(prefix);
    }

    @Override
    public CompletableFuture<Void> sync() {
        return Refusals.translated(barriers.pass());
    }

    @Override
    public CompletableFuture<Boolean> commit(SystemTxn txn) {
        return Refusals.translated(
                proposer.propose(new Command.SystemWrite(txn)).thenApply(SystemCalls::isApplied));
    }

    private static boolean isApplied(Outcome outcome) {
        return ((Outcome.SystemWritten) outcome).applied();
    }

    @Override
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    /** Records changed, and show. On the apply thread. */
    void changed() {
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException e) { // of whoever listens; the state is what it must be
                log.error("a listener for system records failed", e);
            }
        }
    }
}
