package io.quorlite.faults.checkers.linearizability;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.checkers.linearizability.RegisterModel.Output;
import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Linearizability of single keys, blind to revisions: puts, deletions, linearizable reads, and transactions that put a key
 * if it holds a value or is absent. Where another kind of call wrote to a key, nothing can be decided of it.
 */
public final class RegisterChecker implements Checker {
    private final LinearizabilityChecker checker;
    private final KeyRange keys;

    /** @param keys the keys that are used as registers; other keys are not looked at */
    public RegisterChecker(LinearizabilityChecker checker, KeyRange keys) {
        this.checker = checker;
        this.keys = keys;
    }

    @Override
    public String name() {
        return checker.name();
    }

    @Override
    public Verdict check(History history) {
        Findings unclear = new Findings(name());
        List<Call<RegisterModel.Input, Output>> calls = new ArrayList<>();
        history.storeOperations()
                .filter(operation -> !operation.isFail())
                .forEach(operation -> add(operation, calls, unclear));
        Verdict verdict = checker.check(new RegisterModel(), calls);
        return verdict.isValid() ? unclear.verdict(verdict.summary()) : verdict;
    }

    private void add(Operation operation, List<Call<RegisterModel.Input, Output>> calls, Findings unclear) {
        StoreRequest request = (StoreRequest) operation.request();
        if (request instanceof StoreRequest.Put put && keys.contains(put.key())) {
            if (put.lease() == 0) {
                calls.add(call(
                        operation, put.key(), new RegisterModel.Write(Optional.of(put.value())), Output.done(true)));
            } else {
                unclear.undecided("a register is attached to a lease: " + operation);
            }
        } else if (request instanceof StoreRequest.DeleteRange delete
                && delete.range().isSingle()) {
            if (keys.contains(delete.range().key())) {
                calls.add(call(
                        operation, delete.range().key(), new RegisterModel.Write(Optional.empty()), Output.done(true)));
            }
        } else if (request instanceof StoreRequest.Range range && isRead(range)) {
            if (operation.isOk()) {
                calls.add(call(operation, range.range().key(), new RegisterModel.Read(), found(operation)));
            }
        } else if (request instanceof StoreRequest.Txn txn) {
            RegisterModel.@Nullable Cas cas = asCas(txn);
            if (cas != null && keys.contains(txn.compares().get(0).range().key())) {
                boolean done = operation.response() instanceof Response.TxnResult answer && answer.succeeded();
                calls.add(call(operation, txn.compares().get(0).range().key(), cas, Output.done(done)));
            } else if (cas == null) {
                unclear.undecided("not a compare-and-set of one register: " + operation);
            }
        } else if (request instanceof StoreRequest.DeleteRange) {
            unclear.undecided("deletes several registers: " + operation);
        }
    }

    private boolean isRead(StoreRequest.Range range) {
        return range.range().isSingle()
                && keys.contains(range.range().key())
                && range.revision() == 0
                && !range.serializable()
                && !range.countOnly();
    }

    private static Output found(Operation operation) {
        Response.RangeResult answer = (Response.RangeResult) operation.answer();
        return new Output(answer.kvs().stream().map(kv -> kv.value()).findFirst(), true);
    }

    /** The transaction as a compare-and-set of one key, or null if it is none. */
    private static RegisterModel.@Nullable Cas asCas(StoreRequest.Txn txn) {
        if (txn.compares().size() != 1
                || txn.success().size() != 1
                || !(txn.success().get(0) instanceof StoreRequest.Put put)
                || !txn.failure().stream().allMatch(StoreRequest.Range.class::isInstance)) {
            return null;
        }
        Compare compare = txn.compares().get(0);
        boolean ofThatKey = compare.range().equals(KeyRange.single(put.key()))
                && compare.relation() == Compare.Relation.EQUAL
                && put.lease() == 0;
        if (ofThatKey && compare.target() == Compare.Target.VALUE) {
            return new RegisterModel.Cas(Optional.of(compare.text()), Optional.of(put.value()));
        } else if (ofThatKey && compare.target() != Compare.Target.LEASE && compare.number() == 0) {
            return new RegisterModel.Cas(Optional.empty(), Optional.of(put.value()));
        }
        return null;
    }

    private static Call<RegisterModel.Input, Output> call(
            Operation operation, String key, RegisterModel.Input input, Output output) {
        return new Call<>(key, input, operation.isOk() ? output : null, operation.callIndex(), operation.returnIndex());
    }
}
