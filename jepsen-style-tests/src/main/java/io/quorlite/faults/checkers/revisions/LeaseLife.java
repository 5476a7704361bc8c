package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.history.History;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All calls on one lease, in the order they were made. Not changed once read. */
final class LeaseLife {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final long id;
    private final List<Operation> renewals = new ArrayList<>();
    private final List<Operation> revocations = new ArrayList<>();
    private final List<Operation> sightings = new ArrayList<>();
    private long ttlNanos;

    private LeaseLife(long id) {
        this.id = id;
    }

    /** Every lease that was granted, or may have been, by its id. */
    static SortedMap<Long, LeaseLife> in(History history) {
        SortedMap<Long, LeaseLife> lives = new TreeMap<>();
        history.storeOperations().filter(operation -> !operation.isFail()).forEach(operation -> {
            if (operation.request() instanceof StoreRequest.LeaseGrant grant) {
                LeaseLife life = lives.computeIfAbsent(grantedId(operation, grant), LeaseLife::new);
                life.ttlNanos = Math.max(grant.ttlSeconds(), seconds(operation)) * NANOS_PER_SECOND;
                life.renewals.add(operation);
            } else if (operation.request() instanceof StoreRequest.LeaseKeepAlive keepAlive) {
                LeaseLife life = lives.get(keepAlive.id());
                if (life != null) {
                    (operation.isOk() && seconds(operation) <= 0 ? life.sightings : life.renewals).add(operation);
                }
            } else if (operation.request() instanceof StoreRequest.LeaseTimeToLive question && operation.isOk()) {
                LeaseLife life = lives.get(question.id());
                if (life != null) {
                    life.sightings.add(operation);
                }
            } else if (operation.request() instanceof StoreRequest.LeaseRevoke revoke) {
                LeaseLife life = lives.get(revoke.id());
                if (life != null) {
                    life.revocations.add(operation);
                }
            }
        });
        lives.remove(0L); // an unknown grant that let the store choose: nobody can have used it
        return lives;
    }

    long id() {
        return id;
    }

    long ttlNanos() {
        return ttlNanos;
    }

    /** Grants and renewals that succeeded, or may have. */
    List<Operation> renewals() {
        return renewals;
    }

    /** Answers that tell whether the lease is there. */
    List<Operation> sightings() {
        return sightings;
    }

    /** Whether the lease may have been revoked before {@code line}. */
    boolean mayBeRevokedBefore(int line) {
        return revocations.stream().anyMatch(operation -> operation.callIndex() < line);
    }

    /**
     * Until when the lease lives at least, by what was acknowledged of calls made before {@code line}: TTL from when the
     * last of them was sent. The store cannot have counted from an earlier time.
     */
    long livesUntilNanos(int line) {
        return renewals.stream()
                .filter(operation -> operation.callIndex() < line)
                .filter(operation -> operation.isOk() || operation.request() instanceof StoreRequest.LeaseGrant)
                .mapToLong(operation -> operation.callNanos() + ttlNanos)
                .max()
                .orElse(0);
    }

    /** The seconds that a lease's answer tells; 0 where there is none. */
    static long seconds(Operation operation) {
        Response response = operation.response();
        return response instanceof Response.LeaseResult lease ? lease.ttlSeconds() : 0;
    }

    private static long grantedId(Operation operation, StoreRequest.LeaseGrant grant) {
        @Nullable Response response = operation.response();
        return response instanceof Response.LeaseResult lease ? lease.id() : grant.id();
    }
}
