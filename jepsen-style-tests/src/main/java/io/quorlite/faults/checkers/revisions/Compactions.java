package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.StoreRequest;
import java.util.List;

/** Up to where the store was compacted at any time, as far as the history tells. Immutable. */
final class Compactions {
    private final List<Operation> compactions;

    Compactions(History history) {
        compactions = history.operations().stream()
                .filter(operation -> operation.request() instanceof StoreRequest.Compact)
                .filter(operation -> !operation.isFail())
                .toList();
    }

    /** Compacted to at least here before {@code line}. */
    long surelyBefore(int line) {
        return compactions.stream()
                .filter(operation -> operation.isOk() && operation.returnIndex() < line)
                .mapToLong(Compactions::revision)
                .max()
                .orElse(0);
    }

    /** Compacted to at most here by {@code line}. */
    long possiblyBy(int line) {
        return compactions.stream()
                .filter(operation -> operation.callIndex() < line)
                .mapToLong(Compactions::revision)
                .max()
                .orElse(0);
    }

    /** Whether the refusal of an operation that names {@code revision} was due, or could have been. */
    boolean mayRefuse(Operation operation, long revision, long seenBefore) {
        boolean compacting = operation.request() instanceof StoreRequest.Compact;
        if (operation.failedWith(Failure.Kind.COMPACTED)) {
            long highest = possiblyBy(operation.returnIndex());
            return compacting ? revision <= highest : revision < highest;
        } else if (operation.failedWith(Failure.Kind.FUTURE_REVISION)) {
            return revision > seenBefore || !Requests.isLinearizable((StoreRequest) operation.request());
        }
        return true;
    }

    static long revision(Operation operation) {
        return ((StoreRequest.Compact) operation.request()).revision();
    }
}
