package io.quorlite.mvcc;

import static io.quorlite.mvcc.TestStore.bytes;
import static io.quorlite.mvcc.TestStore.deleteOp;
import static io.quorlite.mvcc.TestStore.get;
import static io.quorlite.mvcc.TestStore.keysIn;
import static io.quorlite.mvcc.TestStore.putOp;
import static io.quorlite.mvcc.TestStore.txn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.quorlite.mvcc.Compare.Relation;
import io.quorlite.mvcc.Compare.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

class TxnEvaluatorTest {
    private static final long UNKNOWN_LEASE = 99;

    private final TestStore store = new TestStore();

    @Test
    void startsAtRevisionOneAndBumpsOncePerTransaction() {
        assertThat(store.keys.currentRevision()).isEqualTo(1);

        AppliedTxn applied = store.apply(txn(putOp("b", "1"), putOp("a", "2"), deleteOp("zz")));

        assertThat(applied.result().revision()).isEqualTo(2);
        assertThat(applied.events())
                .extracting(
                        event -> event.kv().key().toString(),
                        event -> event.kv().modRevision(),
                        KeyEvent::sub)
                .containsExactly(tuple("b", 2L, 0), tuple("a", 2L, 1));
    }

    @Test
    void leavesTheRevisionWhereNothingChanges() {
        store.put("a", "1");

        TxnResult result = store.run(deleteOp("nope"), get("a"));

        assertThat(result.revision()).isEqualTo(2);
        assertThat(store.keys.currentRevision()).isEqualTo(2);
        assertThat(result.results().get(0)).isEqualTo(new OpResult.DeleteRange(2, 0, List.of()));
    }

    @Test
    void showsTheNewRevisionInADeletionOfNothingAfterAChange() {
        TxnResult result = store.run(deleteOp("x"), putOp("a", "1"), deleteOp("x"));

        assertThat(result.results())
                .containsExactly(
                        new OpResult.DeleteRange(1, 0, List.of()),
                        new OpResult.Put(2, null),
                        new OpResult.DeleteRange(2, 0, List.of()));
    }

    @Test
    void countsVersionsFromTheLastCreation() {
        store.put("a", "1").put("a", "1");
        assertThat(store.only("a")).isEqualTo(new KeyValue(bytes("a"), bytes("1"), 2, 3, 2, 0));

        store.delete("a").put("a", "2");

        assertThat(store.only("a")).isEqualTo(new KeyValue(bytes("a"), bytes("2"), 5, 5, 1, 0));
    }

    @Test
    void deletesInKeyOrderWithBareTombstones() {
        store.put("c", "1").put("a", "1").put("b", "1");

        AppliedTxn applied = store.apply(txn(deleteOp("a", "c")));

        assertThat(applied.events())
                .containsExactly(
                        new KeyEvent(KeyValue.tombstone(bytes("a"), 5), 0, null),
                        new KeyEvent(KeyValue.tombstone(bytes("b"), 5), 1, null));
        assertThat(applied.result().results()).containsExactly(new OpResult.DeleteRange(5, 2, List.of()));
    }

    @Test
    void readsItsOwnWritesAndThePast() {
        store.put("a", "old");

        TxnResult result = store.run(
                get("a"),
                putOp("a", "new"),
                get("a"),
                Op.Range.of(KeyRange.single(bytes("a")), 2, 0),
                deleteOp("a"),
                get("a"));

        assertThat(range(result, 0).kvs().get(0).value()).isEqualTo(bytes("old"));
        assertThat(range(result, 0).revision()).isEqualTo(2);
        assertThat(range(result, 2).kvs().get(0).value()).isEqualTo(bytes("new"));
        assertThat(range(result, 2).revision()).isEqualTo(3);
        assertThat(range(result, 3).kvs().get(0).value()).isEqualTo(bytes("old"));
        assertThat(range(result, 5).kvs()).isEmpty();
    }

    @Test
    void givesVersionsBeforeFromItsOwnView() {
        store.put("a", "1").put("b", "1");

        TxnResult result = store.run(
                putOp("c", "own"),
                new Op.Put(bytes("a"), bytes("2"), 0, true, false, false),
                new Op.DeleteRange(KeyRange.fromKey(bytes("b")), true));

        assertThat(((OpResult.Put) result.results().get(1)).prevKv())
                .isEqualTo(new KeyValue(bytes("a"), bytes("1"), 2, 2, 1, 0));
        assertThat(((OpResult.DeleteRange) result.results().get(2)).prevKvs())
                .containsExactly(
                        new KeyValue(bytes("b"), bytes("1"), 3, 3, 1, 0),
                        new KeyValue(bytes("c"), bytes("own"), 4, 4, 1, 0));
    }

    @Test
    void hasNoVersionBeforeOfAnAbsentKey() {
        TxnResult result = store.run(new Op.Put(bytes("a"), bytes("2"), 0, true, false, false));

        assertThat(result.results()).containsExactly(new OpResult.Put(2, null));
    }

    @Test
    void comparesTheStateBeforeAlsoInside() {
        Txn inner = new Txn(
                List.of(Compare.number(bytes("a"), Target.VERSION, Relation.EQUAL, 0)),
                List.of(putOp("inner", "then")),
                List.of(putOp("inner", "else")));

        TxnResult result = store.run(putOp("a", "1"), new Op.Nested(inner));

        assertThat(store.only("inner").value()).isEqualTo(bytes("then"));
        TxnResult nested = ((OpResult.Nested) result.results().get(1)).result();
        assertThat(nested.succeeded()).isTrue();
        assertThat(nested.revision()).as("etcd leaves the inner header empty").isZero();
        assertThat(nested.results()).containsExactly(new OpResult.Put(2, null));
    }

    @Test
    void followsEachInnerTransactionsOwnBranch() {
        store.put("a", "1");
        Compare yes = Compare.value(bytes("a"), Relation.EQUAL, bytes("1"));
        Compare no = Compare.value(bytes("a"), Relation.EQUAL, bytes("2"));
        Txn deep = new Txn(List.of(no), List.of(), List.of(putOp("k3", "else")));
        Txn first = new Txn(List.of(no), List.of(putOp("k1", "then")), List.of(new Op.Nested(deep)));
        Txn second = new Txn(List.of(yes), List.of(putOp("k2", "then")), List.of(putOp("k2", "else")));

        store.run(new Op.Nested(first), new Op.Nested(second));

        assertThat(keysIn(store.all())).containsExactly("a", "k2", "k3");
        assertThat(store.only("k2").value()).isEqualTo(bytes("then"));
    }

    @Test
    void takesTheFailureBranchWhereOneCompareFails() {
        Txn guarded = new Txn(
                List.of(Compare.modRevision(bytes("a"), 0), Compare.modRevision(bytes("b"), 7)),
                List.of(putOp("x", "then")),
                List.of(putOp("x", "else")));

        AppliedTxn applied = store.apply(guarded);

        assertThat(applied.result().succeeded()).isFalse();
        assertThat(store.only("x").value()).isEqualTo(bytes("else"));
    }

    @Test
    void comparesAnAbsentKeyAsZerosButNeverItsValue() {
        for (Target target : Target.values()) {
            boolean value = target == Target.VALUE;
            assertThat(holds(compare("nope", target, Relation.EQUAL))).isEqualTo(!value);
            assertThat(holds(compare("nope", target, Relation.NOT_EQUAL))).isFalse();
            assertThat(holds(compare("nope", target, Relation.GREATER))).isFalse();
            assertThat(holds(compare("nope", target, Relation.LESS))).isFalse();
        }
    }

    @Test
    void comparesEveryKeyOfARange() {
        store.lease(7).put("a1", "x").put("a2", "x");
        store.apply(txn(Op.Put.of(bytes("a3"), bytes("y"), 7)));
        KeyRange prefix = KeyRange.prefix(bytes("a"));

        assertThat(holds(new Compare(prefix, Target.VALUE, Relation.EQUAL, 0, bytes("x"))))
                .isFalse();
        assertThat(holds(new Compare(prefix, Target.VALUE, Relation.GREATER, 0, bytes("w"))))
                .isTrue();
        assertThat(holds(new Compare(prefix, Target.CREATE_REVISION, Relation.GREATER, 1, Bytes.EMPTY)))
                .isTrue();
        assertThat(holds(new Compare(prefix, Target.LEASE, Relation.EQUAL, 0, Bytes.EMPTY)))
                .isFalse();
        assertThat(holds(new Compare(KeyRange.prefix(bytes("q")), Target.VERSION, Relation.EQUAL, 0, Bytes.EMPTY)))
                .as("an empty range is like an absent key")
                .isTrue();
    }

    @Test
    void comparesEachNumberOfAKey() {
        store.lease(7).put("a", "x");
        store.apply(txn(Op.Put.of(bytes("a"), bytes("y"), 7)));

        assertThat(holds(Compare.number(bytes("a"), Target.VERSION, Relation.EQUAL, 2)))
                .isTrue();
        assertThat(holds(Compare.number(bytes("a"), Target.CREATE_REVISION, Relation.EQUAL, 2)))
                .isTrue();
        assertThat(holds(Compare.number(bytes("a"), Target.MOD_REVISION, Relation.EQUAL, 3)))
                .isTrue();
        assertThat(holds(Compare.number(bytes("a"), Target.LEASE, Relation.EQUAL, 7)))
                .isTrue();
        assertThat(holds(Compare.number(bytes("a"), Target.LEASE, Relation.LESS, 7)))
                .isFalse();
        assertThat(holds(Compare.number(bytes("a"), Target.MOD_REVISION, Relation.NOT_EQUAL, 3)))
                .isFalse();
    }

    @Test
    void refusesAnUnknownLeaseWithNothingApplied() {
        assertRefused(
                txn(putOp("a", "1"), Op.Put.of(bytes("b"), bytes("1"), UNKNOWN_LEASE)),
                MvccException.Kind.LEASE_NOT_FOUND);
    }

    @Test
    void looksOnlyAtBranchesTaken() {
        Txn txn = new Txn(
                List.of(),
                List.of(putOp("a", "1")),
                List.of(Op.Put.of(bytes("b"), bytes("1"), UNKNOWN_LEASE), Op.Range.of(KeyRange.all(), 99, 0)));

        assertThat(store.apply(txn).result().revision()).isEqualTo(2);
    }

    @Test
    void refusesToKeepValueOrLeaseOfAnAbsentKey() {
        assertRefused(txn(keepValue("a"), putOp("b", "1")), MvccException.Kind.KEY_NOT_FOUND);
        assertRefused(txn(putOp("b", "1"), keepLease("a")), MvccException.Kind.KEY_NOT_FOUND);
    }

    @Test
    void refusesToKeepTheValueOfAKeyItHasJustDeleted() {
        store.put("a", "1");
        Op.DeleteRange fromA = new Op.DeleteRange(KeyRange.fromKey(bytes("a")), false);

        assertRefused(txn(fromA, keepValue("a")), MvccException.Kind.KEY_NOT_FOUND);
        assertRefused(txn(new Op.Nested(txn(fromA)), keepLease("a")), MvccException.Kind.KEY_NOT_FOUND);
        assertRefused(txn(fromA, new Op.Nested(txn(keepValue("a")))), MvccException.Kind.KEY_NOT_FOUND);
    }

    @Test
    void keepsTheValueOfAKeyThatItsDeletionDoesNotReach() {
        store.put("a", "1");

        store.run(new Op.DeleteRange(KeyRange.fromKey(bytes("b")), false), keepValue("a"));

        assertThat(store.only("a")).isEqualTo(new KeyValue(bytes("a"), bytes("1"), 2, 3, 2, 0));
    }

    @Test
    void canDeleteWhatItHasPutAndPutWhatItHasDeleted() {
        store.put("a", "1");
        Op.DeleteRange everything = new Op.DeleteRange(KeyRange.all(), false);

        store.run(putOp("b", "1"), everything, putOp("a", "2"));

        assertThat(store.all().kvs()).containsExactly(new KeyValue(bytes("a"), bytes("2"), 3, 3, 1, 0));
    }

    @Test
    void asksForKeyThenLeaseInATransactionAndTheOtherWayRoundForASinglePut() {
        Op.Put both = new Op.Put(bytes("a"), Bytes.EMPTY, UNKNOWN_LEASE, false, true, false);

        assertRefused(txn(both, get("a")), MvccException.Kind.KEY_NOT_FOUND);
        assertRefused(txn(both), MvccException.Kind.LEASE_NOT_FOUND);
    }

    @Test
    void asksForPutsBeforeRanges() {
        assertRefused(
                txn(Op.Range.of(KeyRange.all(), 99, 0), Op.Put.of(bytes("b"), bytes("1"), UNKNOWN_LEASE)),
                MvccException.Kind.LEASE_NOT_FOUND);
    }

    @Test
    void refusesABadRangeRevisionWithNothingApplied() {
        store.put("a", "1").put("a", "2").put("a", "3").compact(3);

        assertRefused(txn(putOp("b", "1"), Op.Range.of(KeyRange.all(), 2, 0)), MvccException.Kind.COMPACTED);
        assertRefused(txn(putOp("b", "1"), Op.Range.of(KeyRange.all(), 5, 0)), MvccException.Kind.FUTURE_REVISION);
        assertRefused(txn(Op.Range.of(KeyRange.all(), -1, 0)), MvccException.Kind.COMPACTED);
        assertThat(store.run(Op.Range.of(KeyRange.all(), 3, 0)).revision()).isEqualTo(4);
    }

    @Test
    void attachesMovesKeepsAndDetachesLeases() {
        store.lease(7).lease(8);

        store.run(Op.Put.of(bytes("a"), bytes("1"), 7));
        assertThat(store.leases.keysOf(7)).containsExactly(bytes("a"));
        assertThat(store.only("a").lease()).isEqualTo(7);

        store.run(keepLease("a"));
        assertThat(store.leases.keysOf(7)).containsExactly(bytes("a"));
        assertThat(store.only("a").lease()).isEqualTo(7);

        store.run(Op.Put.of(bytes("a"), bytes("1"), 8));
        assertThat(store.leases.keysOf(7)).isEmpty();
        assertThat(store.leases.keysOf(8)).containsExactly(bytes("a"));

        store.run(putOp("a", "1"));
        assertThat(store.leases.keysOf(8)).isEmpty();

        store.run(Op.Put.of(bytes("a"), bytes("1"), 8));
        store.run(deleteOp("a"));
        assertThat(store.leases.leaseOf(bytes("a"))).isZero();
    }

    @Test
    void goesOnInTheNextMainRevisionWhereOneIsFull() {
        TestStore small = new TestStore(2);

        AppliedTxn applied = small.apply(txn(putOp("a", "1"), putOp("b", "1"), putOp("c", "1"), get("c")));

        assertThat(applied.events())
                .extracting(event -> event.kv().modRevision(), KeyEvent::sub)
                .containsExactly(tuple(2L, 0), tuple(2L, 1), tuple(3L, 0));
        assertThat(applied.result().revision()).isEqualTo(3);
        assertThat(range(applied.result(), 3).revision()).isEqualTo(3);
        assertThat(small.keys.currentRevision()).isEqualTo(3);
    }

    @Test
    void readsATransactionAtAFixedRevision() {
        store.put("a", "1").put("a", "2");
        Txn txn = new Txn(List.of(Compare.modRevision(bytes("a"), 2)), List.of(get("a")), List.of());

        TxnResult then = TxnEvaluator.read(store.keys, txn, 2);

        assertThat(then.succeeded()).isTrue();
        assertThat(then.revision()).isEqualTo(2);
        assertThat(range(then, 0).kvs().get(0).value()).isEqualTo(bytes("1"));
        assertThat(TxnEvaluator.read(store.keys, txn, 3).succeeded()).isFalse();
    }

    @Test
    void doesNotReadWhatCouldWriteNorWhatIsCompacted() {
        store.put("a", "1").put("a", "2").compact(3);

        assertThatThrownBy(() -> TxnEvaluator.read(store.keys, txn(putOp("a", "1")), 3))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TxnEvaluator.read(store.keys, txn(get("a")), 2))
                .isInstanceOf(MvccException.class);
    }

    private static RangeResult range(TxnResult result, int index) {
        return ((OpResult.Range) result.results().get(index)).result();
    }

    private static Op.Put keepValue(String key) {
        return new Op.Put(bytes(key), Bytes.EMPTY, 0, false, true, false);
    }

    private static Op.Put keepLease(String key) {
        return new Op.Put(bytes(key), bytes("v"), 0, false, false, true);
    }

    private static Compare compare(String key, Target target, Relation relation) {
        return new Compare(KeyRange.single(bytes(key)), target, relation, 0, Bytes.EMPTY);
    }

    /** Asked of the writer and of a reader, which must agree. */
    private boolean holds(Compare compare) {
        Txn txn = new Txn(List.of(compare), List.of(), List.of());
        boolean forWriter = store.apply(txn).result().succeeded();
        assertThat(TxnEvaluator.read(store.keys, txn, store.keys.currentRevision())
                        .succeeded())
                .isEqualTo(forWriter);
        return forWriter;
    }

    private void assertRefused(Txn txn, MvccException.Kind kind) {
        List<KeyEvent> before = store.keys.history(2, 1_000);
        assertThatThrownBy(() -> store.apply(txn))
                .isInstanceOfSatisfying(
                        MvccException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        assertThat(store.keys.history(2, 1_000)).isEqualTo(before);
    }
}
