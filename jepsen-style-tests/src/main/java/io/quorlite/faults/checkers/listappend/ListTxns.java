package io.quorlite.faults.checkers.listappend;

import io.quorlite.faults.history.History;
import io.quorlite.faults.history.ListStep;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.WorkloadRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The list transactions of a history, and who appended what. Not changed once built. */
final class ListTxns {
    /** One transaction: of one that is ok, with what it read. */
    record Txn(int number, Operation operation, List<ListStep> steps) {
        boolean isOk() {
            return operation.isOk();
        }

        /** The elements it appended to {@code key}, in order. */
        List<Long> appended(String key) {
            List<Long> appended = new ArrayList<>();
            for (ListStep step : steps) {
                Long element = step.element();
                if (element != null && step.key().equals(key)) {
                    appended.add(element);
                }
            }
            return appended;
        }

        @Override
        public String toString() {
            return "T" + number + " (process " + operation.process() + ", line " + (operation.callIndex() + 1) + ", "
                    + operation.outcome() + ") " + steps;
        }
    }

    private final List<Txn> all = new ArrayList<>();
    private final SortedMap<String, SortedMap<Long, Txn>> writers = new TreeMap<>();
    private final List<String> ambiguous = new ArrayList<>();

    ListTxns(History history) {
        for (Operation operation : history.operations()) {
            if (operation.request() instanceof WorkloadRequest.ListTxn request) {
                List<ListStep> steps = operation.isOk() ? answered(operation) : request.steps();
                add(new Txn(all.size(), operation, steps));
            }
        }
    }

    /** Every transaction, failed ones too, by number. */
    List<Txn> all() {
        return all;
    }

    /** By key and element: who appended it. */
    Map<String, SortedMap<Long, Txn>> writers() {
        return writers;
    }

    @Nullable Txn writer(String key, long element) {
        SortedMap<Long, Txn> ofKey = writers.get(key);
        return ofKey == null ? null : ofKey.get(element);
    }

    /** Elements that two transactions appended: nothing can be told from them. */
    List<String> ambiguous() {
        return ambiguous;
    }

    private void add(Txn txn) {
        all.add(txn);
        for (ListStep step : txn.steps()) {
            Long element = step.element();
            if (element != null) {
                Txn other = writers.computeIfAbsent(step.key(), key -> new TreeMap<>())
                        .put(element, txn);
                if (other != null) {
                    ambiguous.add(element + " of " + step.key() + " is appended by " + other + " and " + txn);
                }
            }
        }
    }

    private static List<ListStep> answered(Operation operation) {
        return ((Response.ListTxnResult) operation.answer()).steps();
    }
}
