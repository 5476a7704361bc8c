package io.quorlite.datastore;

import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTable;
import io.quorlite.system.SystemTxn;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Records without a log: each change happens at once. Not thread-safe. */
final class MapRecords implements SystemRecords {
    private final SystemTable table = SystemTable.of(List.of());

    @Override
    public Optional<SystemRecord> get(String name) {
        return Optional.ofNullable(table.get(name));
    }

    @Override
    public List<SystemRecord> list(String prefix) {
        return table.list(prefix);
    }

    @Override
    public CompletableFuture<Void> sync() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Boolean> commit(SystemTxn txn) {
        boolean applied = table.holds(txn.conditions());
        if (applied) {
            txn.changes().forEach(table::change);
            table.publish();
        }
        return CompletableFuture.completedFuture(applied);
    }

    @Override
    public void listen(Runnable listener) {
        throw new UnsupportedOperationException();
    }
}
