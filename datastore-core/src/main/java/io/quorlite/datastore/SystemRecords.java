package io.quorlite.datastore;

import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The cluster's own replicated records, for whoever runs it: tokens, certificates, what members are like. Reads are of this member
 * and may lag; {@link #sync} makes up for it. Thread-safe; nothing blocks.
 */
public interface SystemRecords {
    /** The record as applied here. */
    Optional<SystemRecord> get(String name);

    /** The records whose names begin with {@code prefix}, by name. */
    List<SystemRecord> list(String prefix);

    /** Completes when everything acknowledged before this call shows here; a linearizable read. */
    CompletableFuture<Void> sync();

    /**
     * Changes records. Completes with whether the conditions held, and with that the changes happened; on this member they show
     * then. Fails with a {@link DatastoreException} whose kind says whether the outcome is known.
     */
    CompletableFuture<Boolean> commit(SystemTxn txn);

    /**
     * Has {@code listener} called after records changed here, when the change shows and before whoever made it is answered. On the
     * apply thread: it must not block. After a copy of the database was installed it is called whether or not records changed.
     */
    void listen(Runnable listener);
}
