package io.quorlite.mvcc;

import static io.quorlite.mvcc.TestStore.bytes;
import static io.quorlite.mvcc.TestStore.deleteOp;
import static io.quorlite.mvcc.TestStore.get;
import static io.quorlite.mvcc.TestStore.putOp;
import static io.quorlite.mvcc.TestStore.txn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.InvalidRequestException.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TxnValidatorTest {
    private static final Op.Put EMPTY_KEY = putOp("", "v");
    private static final Op.Put VALUE_PROVIDED = new Op.Put(bytes("k"), bytes("v"), 0, false, true, false);
    private static final Op.Put LEASE_PROVIDED = new Op.Put(bytes("k"), Bytes.EMPTY, 5, false, false, true);

    @Test
    void refusesEmptyKeysEverywhere() {
        KeyRange empty = KeyRange.of(Bytes.EMPTY, bytes("z"));

        refuses(txn(EMPTY_KEY), Kind.EMPTY_KEY);
        refuses(txn(Op.Range.of(empty)), Kind.EMPTY_KEY);
        refuses(txn(new Op.DeleteRange(empty, false)), Kind.EMPTY_KEY);
        refuses(new Txn(List.of(Compare.modRevision(Bytes.EMPTY, 0)), List.of(), List.of()), Kind.EMPTY_KEY);
        refuses(new Txn(List.of(), List.of(), List.of(EMPTY_KEY)), Kind.EMPTY_KEY);
        accepts(txn(Op.Range.of(KeyRange.all())));
    }

    @Test
    void refusesWhatIsGivenAndToBeKept() {
        refuses(txn(VALUE_PROVIDED), Kind.VALUE_PROVIDED);
        refuses(txn(LEASE_PROVIDED), Kind.LEASE_PROVIDED);
        accepts(txn(new Op.Put(bytes("k"), Bytes.EMPTY, 0, false, true, true)));
    }

    @Test
    void namesTheFirstMistakeInOrder() {
        refuses(txn(LEASE_PROVIDED, EMPTY_KEY), Kind.LEASE_PROVIDED);
        refuses(
                new Txn(List.of(Compare.modRevision(Bytes.EMPTY, 0)), List.of(VALUE_PROVIDED), List.of()),
                Kind.EMPTY_KEY);
        refuses(txn(putOp("a", "1"), putOp("a", "2"), VALUE_PROVIDED), Kind.VALUE_PROVIDED);
        refuses(new Txn(List.of(), List.of(putOp("a", "1"), putOp("a", "2")), List.of(EMPTY_KEY)), Kind.EMPTY_KEY);
    }

    @Test
    void countsTheLongestListAndSharesTheBudgetWithInnerTransactions() {
        accepts(txn(puts(3)), 3);
        refuses(txn(puts(4)), 3, Kind.TOO_MANY_OPERATIONS);
        refuses(
                new Txn(Collections.nCopies(4, Compare.modRevision(bytes("a"), 0)), List.of(), List.of()),
                3,
                Kind.TOO_MANY_OPERATIONS);
        accepts(new Txn(List.of(), List.of(puts(3)), List.of(puts(3))), 3);
        accepts(txn(new Op.Nested(txn(puts(2)))), 3);
        refuses(txn(new Op.Nested(txn(puts(3)))), 3, Kind.TOO_MANY_OPERATIONS);
        refuses(txn(new Op.Nested(txn(puts(2))), get("x")), 3, Kind.TOO_MANY_OPERATIONS);
    }

    @Test
    void refusesNestingThatNoStackShouldBear() {
        Txn deep = txn(get("a"));
        for (int i = 0; i < Txn.DEPTH_MAX + 1; i++) {
            deep = txn(new Op.Nested(deep));
        }
        refuses(deep, Integer.MAX_VALUE, Kind.TOO_MANY_OPERATIONS);
    }

    @Test
    void refusesAKeyPutTwice() {
        refuses(txn(putOp("a", "1"), putOp("a", "1")), Kind.DUPLICATE_KEY);
        refuses(txn(putOp("a", "1"), new Op.Nested(txn(putOp("a", "1")))), Kind.DUPLICATE_KEY);
        refuses(txn(new Op.Nested(txn(putOp("a", "1"))), new Op.Nested(txn(putOp("a", "1")))), Kind.DUPLICATE_KEY);
        refuses(new Txn(List.of(), List.of(), List.of(putOp("a", "1"), putOp("a", "1"))), Kind.DUPLICATE_KEY);
    }

    @Test
    void letsTheTwoBranchesOfATransactionPutTheSameKey() {
        Txn either = new Txn(List.of(), List.of(putOp("a", "1")), List.of(putOp("a", "2")));

        accepts(either);
        accepts(txn(new Op.Nested(either)));
        refuses(txn(new Op.Nested(either), putOp("a", "1")), Kind.DUPLICATE_KEY);
        refuses(txn(new Op.Nested(either), new Op.Nested(either)), Kind.DUPLICATE_KEY);
    }

    @Test
    void refusesAKeyPutAndDeletedWhateverTheirOrder() {
        refuses(txn(putOp("b", "1"), deleteOp("a", "c")), Kind.DUPLICATE_KEY);
        refuses(txn(deleteOp("b"), putOp("b", "1")), Kind.DUPLICATE_KEY);
        refuses(txn(new Op.Nested(txn(putOp("b", "1"))), deleteOp("b")), Kind.DUPLICATE_KEY);
        refuses(txn(new Op.Nested(txn(deleteOp("b"))), putOp("b", "1")), Kind.DUPLICATE_KEY);
        refuses(txn(new Op.Nested(txn(deleteOp("b"))), new Op.Nested(txn(putOp("b", "1")))), Kind.DUPLICATE_KEY);
        accepts(txn(deleteOp("a", "c"), putOp("c", "1"), deleteOp("d")));
        accepts(txn(deleteOp("a", "c"), deleteOp("b", "d")));
        accepts(txn(deleteOp("c", "a"), putOp("b", "1")));
    }

    @Test
    void overlooksWhatEtcdOverlooks() {
        accepts(txn(new Op.Nested(txn(putOp("b", "1"))), new Op.Nested(txn(deleteOp("b")))));
        accepts(txn(new Op.DeleteRange(KeyRange.fromKey(bytes("a")), false), putOp("b", "1")));
        accepts(txn(new Op.DeleteRange(KeyRange.all(), false), putOp("b", "1")));
    }

    @Property(tries = 1_000)
    void knowsWhichKeysAnyMixOfRangesHolds(@ForAll @Size(max = 8) List<@IntRange(max = 99) Integer> ends) {
        KeyIntervals intervals = new KeyIntervals();
        boolean[] expected = new boolean[100];
        for (int i = 0; i + 1 < ends.size(); i += 2) {
            intervals.add(number(ends.get(i)), number(ends.get(i + 1)));
            for (int k = ends.get(i); k < ends.get(i + 1); k++) {
                expected[k] = true;
            }
        }
        KeyIntervals copy = new KeyIntervals();
        copy.addAll(intervals);
        for (int k = 0; k < expected.length; k++) {
            assertThat(intervals.contains(number(k))).as("%d", k).isEqualTo(expected[k]);
            assertThat(copy.contains(number(k))).isEqualTo(expected[k]);
        }
    }

    private static Bytes number(int value) {
        return Bytes.wrap(new byte[] {(byte) (value + 100)});
    }

    private static Op[] puts(int count) {
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ops.add(putOp("k" + i, "v"));
        }
        return ops.toArray(new Op[0]);
    }

    private static void accepts(Txn txn) {
        accepts(txn, 128);
    }

    private static void accepts(Txn txn, int operationsMax) {
        assertThatCode(() -> TxnValidator.validate(txn, operationsMax)).doesNotThrowAnyException();
    }

    private static void refuses(Txn txn, Kind kind) {
        refuses(txn, 128, kind);
    }

    private static void refuses(Txn txn, int operationsMax, Kind kind) {
        assertThatThrownBy(() -> TxnValidator.validate(txn, operationsMax))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
