package io.quorlite.simulation;

import io.quorlite.lease.Lease;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import io.quorlite.sqlite.StorePosition;
import io.quorlite.system.SystemRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What stands for a database file: its committed batches, of which the loss of power takes some of those that were not
 * persisted. Not thread-safe.
 */
final class StoreJournal {
    /** A change in a batch. */
    sealed interface Change {
        record Append(Revision revision, KeyValue kv) implements Change {}

        record Complete(long main) implements Change {}

        record Compact(long revision) implements Change {}

        record SaveLease(Lease lease) implements Change {}

        record DeleteLease(long id) implements Change {}

        record SaveRecord(SystemRecord record) implements Change {}

        record DeleteRecord(String name) implements Change {}
    }

    record Batch(List<Change> changes, StorePosition after) {
        Batch {
            changes = List.copyOf(changes);
        }
    }

    private final List<Batch> batches;
    private int durable;

    StoreJournal() {
        this(List.of());
    }

    private StoreJournal(List<Batch> batches) {
        this.batches = new ArrayList<>(batches);
        this.durable = batches.size();
    }

    List<Batch> batches() {
        return batches;
    }

    void commit(Batch batch) {
        batches.add(batch);
    }

    void persist() {
        durable = batches.size();
    }

    /** Another file with the same content, all of it durable. */
    StoreJournal copy() {
        return new StoreJournal(batches);
    }

    void losePower(Random random) {
        int kept = durable + random.nextInt(batches.size() - durable + 1);
        batches.subList(kept, batches.size()).clear();
        durable = kept;
    }

    long lastAppliedIndex() {
        return batches.isEmpty() ? 0 : batches.get(batches.size() - 1).after().appliedIndex();
    }
}
