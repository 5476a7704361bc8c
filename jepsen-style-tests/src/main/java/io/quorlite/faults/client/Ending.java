package io.quorlite.faults.client;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.StoreRequest;
import java.net.ConnectException;
import java.util.Map;

/**
 * What a call that was not answered well came to. Immutable.
 *
 * <p>A read has no effect, so it fails. A write fails for certain only with the errors of {@link #REFUSALS}, which etcd
 * gives before it proposes or instead of applying, or where no connection could be made, so that nothing was sent. All
 * else, every timeout and every broken connection, leaves it unknown.
 */
record Ending(Outcome outcome, Failure failure) {
    private static final Map<String, Failure.Kind> REFUSALS = Map.ofEntries(
            Map.entry("etcdserver: mvcc: required revision has been compacted", Failure.Kind.COMPACTED),
            Map.entry("etcdserver: mvcc: required revision is a future revision", Failure.Kind.FUTURE_REVISION),
            Map.entry("etcdserver: requested lease not found", Failure.Kind.LEASE_NOT_FOUND),
            Map.entry("etcdserver: lease already exists", Failure.Kind.LEASE_EXISTS),
            Map.entry("etcdserver: too large lease TTL", Failure.Kind.REFUSED),
            Map.entry("etcdserver: key not found", Failure.Kind.REFUSED),
            Map.entry("etcdserver: key is not provided", Failure.Kind.REFUSED),
            Map.entry("etcdserver: duplicate key given in txn request", Failure.Kind.REFUSED),
            Map.entry("etcdserver: too many operations in txn request", Failure.Kind.REFUSED),
            Map.entry("etcdserver: request is too large", Failure.Kind.REFUSED),
            Map.entry("etcdserver: invalid sort option", Failure.Kind.REFUSED),
            Map.entry("etcdserver: mvcc: database space exceeded", Failure.Kind.REFUSED),
            Map.entry("etcdserver: too many requests", Failure.Kind.REFUSED),
            // Promised to mean that nothing was proposed: a write that shows in spite of it is a finding.
            Map.entry("etcdserver: no leader", Failure.Kind.REFUSED));

    static Ending of(StoreRequest request, StatusRuntimeException error) {
        String text = error.getStatus().getDescription();
        Failure.Kind refusal = text == null ? null : REFUSALS.get(text);
        String message = error.getStatus().getCode() + (text == null ? "" : ": " + text);
        if (refusal != null) {
            return new Ending(Outcome.FAIL, new Failure(refusal, message));
        } else if (neverSent(error)) {
            return new Ending(Outcome.FAIL, new Failure(Failure.Kind.REFUSED, "no connection: " + message));
        }
        return new Ending(isRead(request) ? Outcome.FAIL : Outcome.INFO, new Failure(Failure.Kind.NO_ANSWER, message));
    }

    /** Whether the connection was refused, before there was one to send on. */
    private static boolean neverSent(StatusRuntimeException error) {
        return error.getStatus().getCode() == Status.Code.UNAVAILABLE && error.getCause() instanceof ConnectException;
    }

    private static boolean isRead(StoreRequest request) {
        if (request instanceof StoreRequest.Txn txn) {
            return txn.success().stream().allMatch(Ending::isRead)
                    && txn.failure().stream().allMatch(Ending::isRead);
        }
        return request instanceof StoreRequest.Range
                || request instanceof StoreRequest.LeaseTimeToLive
                || request instanceof StoreRequest.HashKv;
    }
}
