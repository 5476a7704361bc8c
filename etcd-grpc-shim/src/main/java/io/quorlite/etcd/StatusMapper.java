package io.quorlite.etcd;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.quorlite.datastore.DatastoreException;
import io.quorlite.mvcc.InvalidRequestException;
import io.quorlite.mvcc.MvccException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * The one table from refusals to etcd's gRPC codes and messages. Clients match on the messages, so they are etcd's to the
 * letter. A write whose outcome is unknown is etcd's timeout, which says as little.
 */
final class StatusMapper {
    private static final Map<DatastoreException.Kind, Status> TABLE = table();

    static final Status NO_LEADER = of(DatastoreException.Kind.NO_LEADER);
    static final Status STOPPED = of(DatastoreException.Kind.STOPPED);
    static final Status REQUEST_TOO_LARGE = of(DatastoreException.Kind.REQUEST_TOO_LARGE);

    private StatusMapper() {}

    static Status of(DatastoreException.Kind kind) {
        Status status = TABLE.get(kind);
        if (status == null) {
            throw new AssertionError(kind);
        }
        return status;
    }

    /** For a kind of another layer's refusals: they have the same names, which a test holds. */
    private static Status named(Enum<?> kind) {
        return of(DatastoreException.Kind.valueOf(kind.name()));
    }

    /** The status for whatever a call failed with. What is not a known refusal is etcd's UNKNOWN with its text. */
    static Status of(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof DatastoreException refused) {
            return of(refused.kind());
        }
        if (cause instanceof MvccException refused) {
            return named(refused.kind());
        }
        if (cause instanceof InvalidRequestException refused) {
            return named(refused.kind());
        }
        if (cause instanceof StatusRuntimeException decided) {
            return decided.getStatus();
        }
        if (cause instanceof StatusException decided) {
            return decided.getStatus();
        }
        String text = cause.getMessage();
        return Status.UNKNOWN.withDescription(text == null ? cause.getClass().getSimpleName() : text);
    }

    /** etcd's message for {@code failure}, as it stands in texts that are not a gRPC status. */
    static String message(Throwable failure) {
        Status status = of(failure);
        String text = status.getDescription();
        return text == null ? status.getCode().name() : text;
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static Map<DatastoreException.Kind, Status> table() {
        Map<DatastoreException.Kind, Status> table = new EnumMap<>(DatastoreException.Kind.class);
        for (DatastoreException.Kind kind : DatastoreException.Kind.values()) {
            table.put(kind, entry(kind));
        }
        return table;
    }

    private static Status entry(DatastoreException.Kind kind) {
        return switch (kind) {
            case COMPACTED ->
                Status.OUT_OF_RANGE.withDescription("etcdserver: mvcc: required revision has been compacted");
            case FUTURE_REVISION ->
                Status.OUT_OF_RANGE.withDescription("etcdserver: mvcc: required revision is a future revision");
            case KEY_NOT_FOUND -> Status.INVALID_ARGUMENT.withDescription("etcdserver: key not found");
            case LEASE_NOT_FOUND -> Status.NOT_FOUND.withDescription("etcdserver: requested lease not found");
            case LEASE_EXISTS -> Status.FAILED_PRECONDITION.withDescription("etcdserver: lease already exists");
            case LEASE_TTL_TOO_LARGE -> Status.OUT_OF_RANGE.withDescription("etcdserver: too large lease TTL");
            case EMPTY_KEY -> Status.INVALID_ARGUMENT.withDescription("etcdserver: key is not provided");
            case DUPLICATE_KEY ->
                Status.INVALID_ARGUMENT.withDescription("etcdserver: duplicate key given in txn request");
            case TOO_MANY_OPERATIONS ->
                Status.INVALID_ARGUMENT.withDescription("etcdserver: too many operations in txn request");
            case REQUEST_TOO_LARGE -> Status.INVALID_ARGUMENT.withDescription("etcdserver: request is too large");
            case VALUE_PROVIDED -> Status.INVALID_ARGUMENT.withDescription("etcdserver: value is provided");
            case LEASE_PROVIDED -> Status.INVALID_ARGUMENT.withDescription("etcdserver: lease is provided");
            case INVALID_SORT -> Status.INVALID_ARGUMENT.withDescription("etcdserver: invalid sort option");
            case NO_SPACE -> Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: mvcc: database space exceeded");
            case OVERLOADED -> Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many requests");
            case NO_LEADER -> Status.UNAVAILABLE.withDescription("etcdserver: no leader");
            case LEADER_CHANGED -> Status.UNAVAILABLE.withDescription("etcdserver: leader changed");
            case TIMEOUT, OUTCOME_UNKNOWN -> Status.UNAVAILABLE.withDescription("etcdserver: request timed out");
            case LEARNER -> Status.FAILED_PRECONDITION.withDescription("etcdserver: rpc not supported for learner");
            case MEMBERSHIP -> Status.FAILED_PRECONDITION.withDescription("etcdserver: unhealthy cluster");
            case STOPPED -> Status.UNAVAILABLE.withDescription("etcdserver: server stopped");
            case CORRUPT -> Status.DATA_LOSS.withDescription("etcdserver: corrupt cluster");
        };
    }
}
