package io.quorlite.agent.pki;

import io.quorlite.datastore.SystemRecords;
import io.quorlite.mvcc.Bytes;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records in a sorted map, changed as the replicated ones are. Thread-safe. */
public final class MemoryRecords implements SystemRecords {
    private final TreeMap<String, SystemRecord> records = new TreeMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    @Override
    public synchronized Optional<SystemRecord> get(String name) {
        return Optional.ofNullable(records.get(name));
    }

    @Override
    public synchronized List<SystemRecord> list(String prefix) {
        return records.tailMap(prefix, true).values().stream()
                .takeWhile(record -> record.name().startsWith(prefix))
                .toList();
    }

    @Override
    public CompletableFuture<Void> sync() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Boolean> commit(SystemTxn txn) {
        boolean done = apply(txn);
        if (done) {
            listeners.forEach(Runnable::run);
        }
        return CompletableFuture.completedFuture(done);
    }

    private synchronized boolean apply(SystemTxn txn) {
        for (SystemTxn.Condition condition : txn.conditions()) {
            SystemRecord record = records.get(condition.name());
            if ((record == null ? 0 : record.version()) != condition.version()) {
                return false;
            }
        }
        for (SystemTxn.Change change : txn.changes()) {
            Bytes value = change.value();
            SystemRecord before = records.get(change.name());
            if (value == null) {
                records.remove(change.name());
            } else {
                records.put(
                        change.name(),
                        new SystemRecord(change.name(), value, before == null ? 1 : before.version() + 1));
            }
        }
        return true;
    }

    @Override
    public void listen(Runnable listener) {
        listeners.add(listener);
    }
}
