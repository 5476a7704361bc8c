package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyState;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link KeySpace} does for its writer. */
abstract class KeySpaceContractTest {
    /** An empty key space that can be written to. */
    abstract KeySpace keySpace();

    private static Bytes key(int... bytes) {
        byte[] array = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return Bytes.wrap(array);
    }

    private static void put(KeySpace keys, String key, String value) {
        put(keys, Bytes.utf8(key), Bytes.utf8(value));
    }

    private static void put(KeySpace keys, Bytes key, Bytes value) {
        long main = keys.currentRevision() + 1;
        keys.append(new Revision(main, 0), StoreFixture.put(keys, key, value, 0));
        keys.complete(main);
    }

    private static void delete(KeySpace keys, String key) {
        long main = keys.currentRevision() + 1;
        keys.append(new Revision(main, 0), KeyValue.tombstone(Bytes.utf8(key), main));
        keys.complete(main);
    }

    @Test
    void startsEmptyAtRevisionOne() {
        KeySpace keys = keySpace();

        assertThat(keys.currentRevision()).isEqualTo(1);
        assertThat(keys.compactRevision()).isEqualTo(-1);
        assertThat(keys.count(KeyRange.all(), KeySpace.LATEST)).isZero();
        assertThat(keys.get(Bytes.utf8("a"), 1)).isNull();
        assertThat(keys.latest(Bytes.utf8("a"))).isNull();
    }

    @Test
    void writerSeesAnIncompleteTransactionAtLatestOnly() {
        KeySpace keys = keySpace();
        put(keys, "a", "1");

        keys.append(new Revision(3, 0), StoreFixture.put(keys, Bytes.utf8("a"), Bytes.utf8("2"), 0));
        keys.append(new Revision(3, 1), StoreFixture.put(keys, Bytes.utf8("b"), Bytes.utf8("1"), 0));

        assertThat(keys.currentRevision()).isEqualTo(2);
        assertThat(StoreFixture.dump(keys, 2)).isEqualTo("a=1@2");
        assertThat(StoreFixture.dump(keys, KeySpace.LATEST)).isEqualTo("a=2@3 b=1@3");
        keys.complete(3);
        assertThat(keys.currentRevision()).isEqualTo(3);
        assertThat(StoreFixture.dump(keys, 3)).isEqualTo("a=2@3 b=1@3");
    }

    @Test
    void carriesEveryFieldOfAVersion() {
        KeySpace keys = keySpace();
        KeyValue first = new KeyValue(Bytes.utf8("k"), Bytes.utf8("1"), 2, 2, 1, -7);
        KeyValue second = new KeyValue(Bytes.utf8("k"), Bytes.EMPTY, 2, 3, 2, Long.MAX_VALUE);

        keys.append(new Revision(2, 0), first);
        keys.complete(2);
        keys.append(new Revision(3, 0), second);
        keys.complete(3);

        assertThat(keys.get(Bytes.utf8("k"), 2)).isEqualTo(first);
        assertThat(keys.get(Bytes.utf8("k"), 3)).isEqualTo(second);
        assertThat(keys.latest(Bytes.utf8("k"))).isEqualTo(new KeyState(2, 3, 2));
        List<KeyValue> withoutValues = new ArrayList<>();
        keys.scan(KeyRange.all(), 2, false, withoutValues::add);
        assertThat(withoutValues).containsExactly(first.withoutValue());
    }

    @Test
    void keyComesToLifeAgainAfterItsDeletion() {
        KeySpace keys = keySpace();
        put(keys, "a", "1");
        delete(keys, "a");
        put(keys, "a", "3");

        assertThat(StoreFixture.dump(keys, 2)).isEqualTo("a=1@2");
        assertThat(StoreFixture.dump(keys, 3)).isEmpty();
        assertThat(StoreFixture.dump(keys, 4)).isEqualTo("a=3@4");
        assertThat(keys.latest(Bytes.utf8("a"))).isEqualTo(new KeyState(4, 4, 1));
        assertThat(keys.count(KeyRange.single(Bytes.utf8("a")), 3)).isZero();
        assertThat(keys.count(KeyRange.single(Bytes.utf8("a")), 4)).isOne();
    }

    @Test
    void ordersKeysAsUnsignedBytes() {
        KeySpace keys = keySpace();
        List<Bytes> ordered =
                List.of(key(0), key(0, 0), key(0, 255), key(1), key(127), key(128), key(255), key(255, 0));
        for (int i : new int[] {5, 2, 7, 0, 3, 6, 1, 4}) {
            put(keys, ordered.get(i), Bytes.EMPTY);
        }

        assertThat(scan(keys, KeyRange.all())).isEqualTo(ordered);
        assertThat(scan(keys, KeyRange.prefix(key(0)))).isEqualTo(ordered.subList(0, 3));
        assertThat(scan(keys, KeyRange.prefix(key(255)))).isEqualTo(ordered.subList(6, 8));
        assertThat(scan(keys, KeyRange.fromKey(key(127)))).isEqualTo(ordered.subList(4, 8));
        assertThat(scan(keys, KeyRange.between(key(0, 1), key(128)))).isEqualTo(ordered.subList(2, 5));
        assertThat(scan(keys, KeyRange.between(key(5), key(5)))).isEmpty();
        assertThat(scan(keys, KeyRange.between(key(9), key(1)))).isEmpty();
        assertThat(keys.count(KeyRange.between(key(9), key(1)), KeySpace.LATEST))
                .isZero();
    }

    private static List<Bytes> scan(KeySpace keys, KeyRange range) {
        List<Bytes> found = new ArrayList<>();
        keys.scan(range, KeySpace.LATEST, true, kv -> found.add(kv.key()));
        assertThat(keys.count(range, KeySpace.LATEST)).isEqualTo(found.size());
        return found;
    }

    @Test
    void scanEndsWhenTheVisitorHasEnough() {
        KeySpace keys = keySpace();
        put(keys, "a", "1");
        put(keys, "b", "1");
        put(keys, "c", "1");
        List<KeyValue> visited = new ArrayList<>();

        keys.scan(KeyRange.all(), KeySpace.LATEST, false, kv -> {
            visited.add(kv);
            return visited.size() < 2;
        });

        assertThat(visited).hasSize(2);
    }

    @Test
    void compactionChangesNothingFromItsRevisionOn() {
        KeySpace keys = keySpace();
        put(keys, "a", "1");
        put(keys, "a", "2");
        delete(keys, "a");
        put(keys, "b", "1");
        put(keys, "a", "3");

        keys.compact(3);
        assertThat(keys.compactRevision()).isEqualTo(3);
        assertThat(StoreFixture.dump(keys, 3)).isEqualTo("a=2@3");
        assertThat(StoreFixture.dump(keys, 4)).isEmpty();
        keys.compact(6);
        assertThat(StoreFixture.dump(keys, 6)).isEqualTo("a=3@6 b=1@5");
        assertThatThrownBy(() -> keys.compact(6)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> keys.compact(7)).isInstanceOf(RuntimeException.class);
    }
}
