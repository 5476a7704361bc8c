package io.quorlite.mvcc;

import io.quorlite.lease.Lease;
import io.quorlite.lease.LeaseTable;
import java.util.List;
import java.util.stream.Collectors;

/** An evaluator over maps, with keys and values as text. */
final class TestStore {
    final MapKeySpace keys = new MapKeySpace();
    final LeaseTable leases = new LeaseTable();
    private final TxnEvaluator evaluator;

    TestStore() {
        this(Revision.SUB_LIMIT);
    }

    TestStore(int subLimit) {
        evaluator = new TxnEvaluator(keys, leases, subLimit);
    }

    static Bytes bytes(String text) {
        return Bytes.utf8(text);
    }

    static Op.Put putOp(String key, String value) {
        return Op.Put.of(bytes(key), bytes(value));
    }

    static Op.DeleteRange deleteOp(String key) {
        return new Op.DeleteRange(KeyRange.single(bytes(key)), false);
    }

    static Op.DeleteRange deleteOp(String from, String to) {
        return new Op.DeleteRange(KeyRange.between(bytes(from), bytes(to)), false);
    }

    static Op.Range get(String key) {
        return Op.Range.of(KeyRange.single(bytes(key)));
    }

    static Txn txn(Op... ops) {
        return new Txn(List.of(), List.of(ops), List.of());
    }

    static List<String> keysIn(RangeResult result) {
        return result.kvs().stream().map(kv -> kv.key().toString()).collect(Collectors.toList());
    }

    TestStore put(String key, String value) {
        apply(txn(putOp(key, value)));
        return this;
    }

    TestStore delete(String key) {
        apply(txn(deleteOp(key)));
        return this;
    }

    TestStore lease(long id) {
        leases.grant(new Lease(id, 60, 0));
        return this;
    }

    TestStore compact(long revision) {
        keys.compact(revision);
        return this;
    }

    AppliedTxn apply(Txn txn) {
        return evaluator.apply(txn);
    }

    TxnResult run(Op... ops) {
        return apply(txn(ops)).result();
    }

    RangeResult range(Op.Range range) {
        return RangeEvaluator.range(keys, range, keys.currentRevision());
    }

    RangeResult all() {
        return range(Op.Range.of(KeyRange.all()));
    }

    KeyValue only(String key) {
        RangeResult found = range(get(key));
        if (found.kvs().size() != 1) {
            throw new AssertionError(found);
        }
        return found.kvs().get(0);
    }
}
