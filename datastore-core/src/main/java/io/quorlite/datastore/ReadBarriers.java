package io.quorlite.datastore;

import io.quorlite.replication.Replication;
import java.util.concurrent.CompletableFuture;

/**
 * Makes this member's state fit for a linearizable read: a read barrier from the log, then a wait until its index is applied
 * here. Thread-safe.
 */
final class ReadBarriers {
    private final Replication replication;
    private final AppliedIndex applied;
    private final Attempts attempts;

    ReadBarriers(Replication replication, AppliedIndex applied, Attempts attempts) {
        this.replication = replication;
        this.applied = applied;
        this.attempts = attempts;
    }

    /** Completes when what is applied here contains every write acknowledged before the call. */
    CompletableFuture<Void> pass() {
        return attempts.call(this::passOnce);
    }

    /** The same without another attempt where there is no leader; without a deadline of its own, too. */
    CompletableFuture<Void> passOnce() {
        return replication.readBarrier().thenCompose(applied::reached);
    }
}
