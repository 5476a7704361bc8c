package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyIndexTest {
    private final KeyIndex index = new KeyIndex();
    private final TreeMap<Bytes, TreeMap<Long, Boolean>> model = new TreeMap<>(); // versions; whether alive
    private long main = 1;

    @Test
    void isEmptyAtFirst() {
        assertThat(index.count(KeyRange.all(), Long.MAX_VALUE)).isZero();
        assertThat(index.latest(Bytes.utf8("a"))).isNull();
        assertThat(index.compact(null, 100, 5, packed -> {})).isNull();
    }

    @Test
    void fillsChunksWithKeysThatComeInOrder() {
        for (int i = 0; i < 10 * KeyChunk.KEYS_MAX; i++) {
            write(key(i), true);
        }

        assertThat(index.chunkCount()).isEqualTo(10);
        assertSameAsModel(new Random(1), 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void answersAsAMapDoes(long seed) {
        Random random = new Random(seed);
        int keys = 1 + random.nextInt(2_000);
        long compacted = 0;
        for (int round = 0; round < 20; round++) {
            double deletions = random.nextDouble();
            for (int i = 0; i < 300; i++) {
                Bytes key = key(random.nextInt(keys));
                boolean alive = isAlive(key);
                write(key, !alive || random.nextDouble() >= deletions);
            }
            if (random.nextInt(3) == 0) {
                compacted = compacted + 1 + random.nextInt((int) (main - compacted));
                compact(compacted, 1 + random.nextInt(500));
            }
            assertSameAsModel(random, compacted);
        }
    }

    @Test
    void forgetsChunksWhoseKeysAreGone() {
        for (int i = 0; i < 2_000; i++) {
            write(key(i), true);
        }
        for (int i = 0; i < 1_990; i++) {
            write(key(i), false);
        }
        write(key(5_000), true);
        compact(main, 100);

        assertThat(index.chunkCount()).isEqualTo(1);
        assertSameAsModel(new Random(1), main);
    }

    @Test
    void countsRightBesideAWriter() throws Exception {
        AtomicLong visible = new AtomicLong(Revision.lastOf(1));
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<String> wrong = new AtomicReference<>();
        // Key i is born at revision 2 + i and never dies: at revision r there are r - 1.
        Thread reader = new Thread(() -> {
            while (!done.get() && wrong.get() == null) {
                long limit = visible.get();
                long[] scanned = {0};
                index.scan(KeyRange.all(), limit, (key, packed, history) -> ++scanned[0] > 0);
                long counted = index.count(KeyRange.all(), limit);
                long expected = Revision.mainOf(limit) - 1;
                if (counted != expected || scanned[0] != expected) {
                    wrong.set("at " + expected + " counted " + counted + ", scanned " + scanned[0]);
                }
            }
        });
        reader.start();
        for (int i = 0; i < 20_000; i++) {
            long packed = Revision.pack(2 + i, 0);
            index.append(key((int) (i * 7919L % 20_000)), packed, false, 2 + i, 1);
            visible.set(packed);
        }
        done.set(true);
        reader.join();

        assertThat(wrong.get()).isNull();
    }

    private static Bytes key(int number) {
        return Bytes.utf8(String.format("k%06d", number));
    }

    private boolean isAlive(Bytes key) {
        TreeMap<Long, Boolean> versions = model.get(key);
        return versions != null && versions.lastEntry().getValue();
    }

    private void write(Bytes key, boolean alive) {
        long packed = Revision.pack(++main, 0);
        index.append(key, packed, !alive, alive ? main : 0, alive ? 1 : 0);
        model.computeIfAbsent(key, k -> new TreeMap<>()).put(packed, alive);
    }

    private void compact(long compacted, int keysMax) {
        List<Long> dropped = new ArrayList<>();
        Bytes after = null;
        do {
            after = index.compact(after, keysMax, compacted, dropped::add);
        } while (after != null);
        List<Long> expected = new ArrayList<>();
        for (TreeMap<Long, Boolean> versions : model.values()) {
            Map.Entry<Long, Boolean> kept = versions.floorEntry(Revision.lastOf(compacted));
            if (kept != null) {
                boolean gone = !kept.getValue() && Revision.mainOf(kept.getKey()) < compacted;
                Map<Long, Boolean> superseded = versions.headMap(kept.getKey(), gone);
                expected.addAll(superseded.keySet());
                superseded.clear();
            }
        }
        model.values().removeIf(Map::isEmpty);
        assertThat(dropped).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** Compares counts and scans of random ranges at random revisions from {@code compacted} on. */
    private void assertSameAsModel(Random random, long compacted) {
        for (int i = 0; i < 50; i++) {
            long limit =
                    i == 0 ? Long.MAX_VALUE : Revision.lastOf(compacted + random.nextInt((int) (main - compacted) + 1));
            KeyRange range =
                    i < 2 ? KeyRange.all() : KeyRange.between(key(random.nextInt(2_000)), key(random.nextInt(2_000)));
            List<Bytes> scanned = new ArrayList<>();
            index.scan(range, limit, (key, packed, history) -> scanned.add(key));
            assertThat(scanned).isEqualTo(expected(range, limit));
            assertThat(index.count(range, limit)).isEqualTo(scanned.size());
        }
    }

    private List<Bytes> expected(KeyRange range, long limit) {
        return model.entrySet().stream()
                .filter(entry -> range.contains(entry.getKey()))
                .filter(entry -> {
                    Map.Entry<Long, Boolean> version = entry.getValue().floorEntry(limit);
                    return version != null && version.getValue();
                })
                .map(Map.Entry::getKey)
                .toList();
    }
}
