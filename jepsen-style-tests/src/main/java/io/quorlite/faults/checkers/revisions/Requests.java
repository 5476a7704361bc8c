package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.history.StoreRequest;
import java.util.stream.Stream;

/** What can be said of a request without knowing its answer. */
final class Requests {
    private Requests() {}

    /** Whether the answer must know of everything that was over before the call: not so where a node answers alone. */
    static boolean isLinearizable(StoreRequest request) {
        if (request instanceof StoreRequest.Range range) {
            return !range.serializable();
        } else if (request instanceof StoreRequest.Txn txn) {
            return parts(txn).anyMatch(Requests::isLinearizable);
        }
        return !(request instanceof StoreRequest.LeaseKeepAlive
                || request instanceof StoreRequest.LeaseTimeToLive
                || request instanceof StoreRequest.HashKv);
    }

    /** Whether the request may write {@code key}. */
    static boolean mayWrite(StoreRequest request, String key) {
        if (request instanceof StoreRequest.Put put) {
            return put.key().equals(key);
        } else if (request instanceof StoreRequest.DeleteRange delete) {
            return delete.range().contains(key);
        } else if (request instanceof StoreRequest.Txn txn) {
            return parts(txn).anyMatch(part -> mayWrite(part, key));
        }
        return false;
    }

    /** The highest revision that the request reads at by name; 0 for none. */
    static long namedRevision(StoreRequest request) {
        if (request instanceof StoreRequest.Range range) {
            return range.revision();
        } else if (request instanceof StoreRequest.Txn txn) {
            return parts(txn).mapToLong(Requests::namedRevision).max().orElse(0);
        }
        return 0;
    }

    private static Stream<StoreRequest> parts(StoreRequest.Txn txn) {
        return Stream.concat(txn.success().stream(), txn.failure().stream());
    }
}
