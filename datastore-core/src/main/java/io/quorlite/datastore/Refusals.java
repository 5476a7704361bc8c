package io.quorlite.datastore;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.InvalidRequestException;
import io.quorlite.mvcc.MvccException;
import io.quorlite.replication.ReplicationException;
import io.quorlite.sqlite.CorruptDatabaseException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Says what the layers below refuse in the words of the library's face. Pure. */
final class Refusals {
    private Refusals() {}

    /** A read's failure, or a proposal's that is certain never to have entered a log. */
    static DatastoreException ofReplication(ReplicationException e) {
        Kind kind = switch (e.kind()) {
            case NO_LEADER, NOT_LEADER -> Kind.NO_LEADER;
            case LEADER_CHANGED -> Kind.LEADER_CHANGED;
            case OVERLOADED -> Kind.OVERLOADED;
            case TIMEOUT -> Kind.TIMEOUT;
            case TOO_LARGE -> Kind.REQUEST_TOO_LARGE;
            case MEMBERSHIP -> Kind.MEMBERSHIP;
            case STOPPED -> Kind.STOPPED;
        };
        return new DatastoreException(kind, message(e));
    }

    static DatastoreException ofMvcc(MvccException e) {
        Kind kind = switch (e.kind()) {
            case COMPACTED -> Kind.COMPACTED;
            case FUTURE_REVISION -> Kind.FUTURE_REVISION;
            case KEY_NOT_FOUND -> Kind.KEY_NOT_FOUND;
            case LEASE_NOT_FOUND -> Kind.LEASE_NOT_FOUND;
            case LEASE_EXISTS -> Kind.LEASE_EXISTS;
        };
        return new DatastoreException(kind, message(e));
    }

    static DatastoreException ofRequest(InvalidRequestException e) {
        Kind kind = switch (e.kind()) {
            case EMPTY_KEY -> Kind.EMPTY_KEY;
            case TOO_MANY_OPERATIONS -> Kind.TOO_MANY_OPERATIONS;
            case DUPLICATE_KEY -> Kind.DUPLICATE_KEY;
            case VALUE_PROVIDED -> Kind.VALUE_PROVIDED;
            case LEASE_PROVIDED -> Kind.LEASE_PROVIDED;
            case INVALID_SORT -> Kind.INVALID_SORT;
            case KEY_NOT_FOUND -> Kind.KEY_NOT_FOUND;
        };
        return new DatastoreException(kind, message(e));
    }

    /** The failure of anything below, as an answer. Whatever is not a refusal was logged where it happened. */
    static DatastoreException of(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof DatastoreException e) {
            return e;
        }
        if (cause instanceof MvccException e) {
            return ofMvcc(e);
        }
        if (cause instanceof InvalidRequestException e) {
            return ofRequest(e);
        }
        if (cause instanceof ReplicationException e) {
            return ofReplication(e);
        }
        if (cause instanceof CorruptDatabaseException e) {
            return new DatastoreException(Kind.CORRUPT, message(e));
        }
        return new DatastoreException(Kind.STOPPED, "the store failed: " + cause);
    }

    /** {@code future}, failing with nothing but a {@link DatastoreException}, and with that itself. */
    static <T> CompletableFuture<T> translated(CompletableFuture<T> future) {
        CompletableFuture<T> translated = new CompletableFuture<>();
        future.whenComplete((value, failure) -> {
            if (failure == null) {
                translated.complete(value);
            } else {
                translated.completeExceptionally(of(failure));
            }
        });
        return translated;
    }

    static DatastoreException stopped() {
        return new DatastoreException(Kind.STOPPED, "the store is closed");
    }

    /** What a future failed with, without what futures wrap around it. */
    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapped = failure instanceof CompletionException || failure instanceof ExecutionException;
        return wrapped && cause != null ? unwrap(cause) : failure;
    }

    private static String message(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
