package io.quorlite.datastore;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads from a future why the store refused. */
final class Failures {
    private Failures() {}

    /** The kind of refusal that {@code future} fails with, within half a minute. */
    static DatastoreException.Kind kindOf(CompletableFuture<?> future) {
        try {
            Object value = future.get(30, TimeUnit.SECONDS);
            throw new AssertionError("not refused: " + value);
        } catch (ExecutionException e) {
            if (Refusals.unwrap(e) instanceof DatastoreException refusal) {
                return refusal.kind();
            }
            throw new AssertionError("failed with something other than a refusal", e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer", e);
        }
    }
}
