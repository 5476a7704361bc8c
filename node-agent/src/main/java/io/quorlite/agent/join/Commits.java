package io.quorlite.agent.join;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.datastore.DatastoreException;
import io.quorlite.datastore.SystemRecords;
import io.quorlite.system.SystemTxn;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for the cluster in bounded time and puts its failures into words. */
final class Commits {
    /** Longer than the datastore takes to say itself that it does not know. */
    private static final long MILLIS_MAX = 30_000;

    private Commits() {}

    static boolean commit(SystemRecords records, SystemTxn txn) {
        return get(records.commit(txn));
    }

    /** @throws Refusal if it failed, which says whether that is known */
    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw refusal(e.getCause());
        } catch (TimeoutException e) {
            throw unknown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(ExitCode.INTERRUPTED, "interrupted while waiting for the cluster");
        }
    }

    static Refusal refusal(@Nullable Throwable failure) {
        if (!(failure instanceof DatastoreException refused)) {
            return new Refusal(ExitCode.INTERNAL_ERROR, String.valueOf(failure));
        }
        return switch (refused.kind()) {
            case OUTCOME_UNKNOWN, TIMEOUT -> unknown();
            case NO_LEADER, LEADER_CHANGED ->
                new Refusal(
                        ExitCode.NO_LEADER,
                        "NO_LEADER",
                        "The cluster has no leader at the moment, so nothing can be changed.",
                        "See why: node-agent status");
            default ->
                new Refusal(ExitCode.INTERNAL_ERROR, refused.kind().name(), String.valueOf(refused.getMessage()), "");
        };
    }

    private static Refusal unknown() {
        return new Refusal(
                ExitCode.TIMEOUT,
                "OUTCOME_UNKNOWN",
                "The cluster did not answer in time; what was asked for may have happened, or may yet.",
                "The same command can be given again: it does nothing twice.");
    }
}
