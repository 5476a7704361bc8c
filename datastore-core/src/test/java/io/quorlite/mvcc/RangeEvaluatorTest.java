package io.quorlite.mvcc;

import static io.quorlite.mvcc.TestStore.bytes;
import static io.quorlite.mvcc.TestStore.keysIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.Op.SortOrder;
import io.quorlite.mvcc.Op.SortTarget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RangeEvaluatorTest {
    /** Revisions 2 to 6; a is changed at 6. */
    private final TestStore store = new TestStore()
            .put("a", "3")
            .put("b", "1")
            .put("c", "2")
            .put("d", "1")
            .put("a", "4");

    @Test
    void readsTheNewestStateForRevisionZeroAndBelow() {
        assertThat(store.range(at(0)).kvs()).isEqualTo(store.range(at(6)).kvs());
        assertThat(store.range(at(-7)).kvs()).isEqualTo(store.range(at(6)).kvs());
    }

    @Test
    void showsTheStoresRevisionAlsoWhenReadingAnOldOne() {
        RangeResult old = store.range(at(3));

        assertThat(old.revision()).isEqualTo(6);
        assertThat(keysIn(old)).containsExactly("a", "b");
        assertThat(old.kvs().get(0).value()).isEqualTo(bytes("3"));
    }

    @Test
    void refusesFutureRevision() {
        assertKind(at(7), MvccException.Kind.FUTURE_REVISION);
    }

    @Test
    void refusesRangeBelowCompactedRevisionAndServesTheCompactedOne() {
        store.compact(4);

        assertKind(at(3), MvccException.Kind.COMPACTED);
        assertThat(keysIn(store.range(at(4)))).containsExactly("a", "b", "c");
        assertThat(store.range(at(-1)).count()).isEqualTo(4);
    }

    @Test
    void refusesAPinnedRevisionThatWasCompactedMeanwhile() {
        store.compact(5);

        assertThatThrownBy(() -> RangeEvaluator.range(store.keys, at(0), 4))
                .isInstanceOfSatisfying(
                        MvccException.class, e -> assertThat(e.kind()).isEqualTo(MvccException.Kind.COMPACTED));
    }

    @Test
    void countsTheWholeRangeWhateverLimitAndBoundsSay() {
        RangeResult limited = store.range(range(SortTarget.KEY, SortOrder.NONE, 2));

        assertThat(keysIn(limited)).containsExactly("a", "b");
        assertThat(limited.count()).isEqualTo(4);
        assertThat(limited.more()).isTrue();

        RangeResult bounded = store.range(bounds(4, 5, 0, 0));
        assertThat(keysIn(bounded)).containsExactly("c", "d");
        assertThat(bounded.count()).isEqualTo(4);
        assertThat(bounded.more()).isFalse();
    }

    @Test
    void hasNoMoreWhenTheLimitIsReachedExactly() {
        RangeResult result = store.range(range(SortTarget.KEY, SortOrder.ASCEND, 4));

        assertThat(result.kvs()).hasSize(4);
        assertThat(result.more()).isFalse();
    }

    @Test
    void appliesEachBound() {
        assertThat(keysIn(store.range(bounds(5, 0, 0, 0)))).containsExactly("a", "d");
        assertThat(keysIn(store.range(bounds(0, 4, 0, 0)))).containsExactly("b", "c");
        assertThat(keysIn(store.range(bounds(0, 0, 4, 0)))).containsExactly("c", "d");
        assertThat(keysIn(store.range(bounds(0, 0, 0, 2)))).containsExactly("a");
        assertThat(keysIn(store.range(bounds(0, -1, 0, 0)))).isEmpty();
    }

    @Test
    void sortsBeforeItCutsWhenAskedForAnOrder() {
        RangeResult byMod = store.range(range(SortTarget.MOD_REVISION, SortOrder.DESCEND, 2));

        assertThat(keysIn(byMod)).containsExactly("a", "d");
        assertThat(byMod.more()).isTrue();
        assertThat(keysIn(store.range(range(SortTarget.KEY, SortOrder.DESCEND, 0))))
                .containsExactly("d", "c", "b", "a");
        assertThat(keysIn(store.range(range(SortTarget.VALUE, SortOrder.ASCEND, 0))))
                .containsExactly("b", "d", "c", "a");
        assertThat(keysIn(store.range(range(SortTarget.VERSION, SortOrder.DESCEND, 0))))
                .containsExactly("a", "b", "c", "d");
        assertThat(keysIn(store.range(range(SortTarget.CREATE_REVISION, SortOrder.DESCEND, 1))))
                .containsExactly("d");
    }

    @Test
    void sortsAscendingForAnotherTargetWithoutOrder() {
        assertThat(keysIn(store.range(range(SortTarget.MOD_REVISION, SortOrder.NONE, 0))))
                .containsExactly("b", "c", "d", "a");
    }

    @Test
    void cutsBeforeItSortsWithoutOrderAsEtcdDoes() {
        RangeResult result = store.range(range(SortTarget.MOD_REVISION, SortOrder.NONE, 1));

        assertThat(keysIn(result)).containsExactly("b"); // the smaller of a and b, not of all four
        assertThat(result.more()).isTrue();
    }

    @Test
    void stopsTheScanAtTheLimit() {
        List<Bytes> visited = new ArrayList<>();
        KeySpace counting = new CountingKeySpace(store.keys, visited);

        RangeEvaluator.range(counting, range(SortTarget.KEY, SortOrder.NONE, 1), 6);

        assertThat(visited).containsExactly(bytes("a"));
    }

    @Test
    void leavesValuesOutForKeysOnlyAlsoWhenSortingByThem() {
        Op.Range byValue =
                new Op.Range(KeyRange.all(), 0, 0, SortTarget.VALUE, SortOrder.ASCEND, true, false, 0, 0, 0, 0);

        RangeResult result = store.range(byValue);

        assertThat(keysIn(result)).containsExactly("b", "d", "c", "a");
        assertThat(result.kvs()).allMatch(kv -> kv.value().isEmpty());
        assertThat(result.kvs().get(3).version()).isEqualTo(2);
    }

    @Test
    void countOnlyReturnsNothingButTheCount() {
        assertThat(store.range(Op.Range.count(KeyRange.fromKey(bytes("b")))))
                .isEqualTo(new RangeResult(6, List.of(), 3, false));
    }

    @Test
    void readsSingleKeysAndEmptyRanges() {
        assertThat(store.range(TestStore.get("nope"))).isEqualTo(new RangeResult(6, List.of(), 0, false));
        assertThat(store.range(Op.Range.of(KeyRange.between(bytes("c"), bytes("a"))))
                        .count())
                .isZero();
        assertThat(store.only("a")).isEqualTo(new KeyValue(bytes("a"), bytes("4"), 2, 6, 2, 0));
    }

    @Test
    void understandsEtcdsFormsOfRanges() {
        Bytes zero = Bytes.wrap(new byte[] {0});

        assertThat(KeyRange.of(bytes("a"), Bytes.EMPTY)).isEqualTo(KeyRange.single(bytes("a")));
        assertThat(KeyRange.of(bytes("a"), zero)).isEqualTo(KeyRange.fromKey(bytes("a")));
        assertThat(KeyRange.of(zero, zero)).isEqualTo(KeyRange.all());
        assertThat(KeyRange.prefix(Bytes.EMPTY)).isEqualTo(KeyRange.all());
        assertThat(KeyRange.prefix(Bytes.wrap(new byte[] {'a', (byte) 0xff})).to())
                .isEqualTo(bytes("b"));
    }

    private void assertKind(Op.Range range, MvccException.Kind kind) {
        assertThatThrownBy(() -> store.range(range))
                .isInstanceOfSatisfying(
                        MvccException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    private static Op.Range at(long revision) {
        return Op.Range.of(KeyRange.all(), revision, 0);
    }

    private static Op.Range range(SortTarget target, SortOrder order, long limit) {
        return new Op.Range(KeyRange.all(), 0, limit, target, order, false, false, 0, 0, 0, 0);
    }

    private static Op.Range bounds(long minMod, long maxMod, long minCreate, long maxCreate) {
        return new Op.Range(
                KeyRange.all(),
                0,
                0,
                SortTarget.KEY,
                SortOrder.NONE,
                false,
                false,
                minMod,
                maxMod,
                minCreate,
                maxCreate);
    }

    /** Notes the rows that are visited. */
    private record CountingKeySpace(KeySpace keys, List<Bytes> visited) implements KeySpace {
        @Override
        public long currentRevision() {
            return keys.currentRevision();
        }

        @Override
        public long compactRevision() {
            return keys.compactRevision();
        }

        @Override
        public long count(KeyRange range, long revision) {
            return keys.count(range, revision);
        }

        @Override
        public void scan(KeyRange range, long revision, boolean values, RowVisitor visitor) {
            keys.scan(range, revision, values, kv -> {
                visited.add(kv.key());
                return visitor.row(kv);
            });
        }

        @Override
        public @Nullable KeyValue get(Bytes key, long revision) {
            return keys.get(key, revision);
        }

        @Override
        public @Nullable KeyState latest(Bytes key) {
            return keys.latest(key);
        }

        @Override
        public void append(Revision revision, KeyValue kv) {
            keys.append(revision, kv);
        }

        @Override
        public void complete(long main) {
            keys.complete(main);
        }

        @Override
        public void compact(long revision) {
            keys.compact(revision);
        }
    }
}
