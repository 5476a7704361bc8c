package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Readers beside a writer that compacts at once and removes rows all the time. Every transaction at revision r writes all keys,
 * with r as value, and deletes one that the next one makes again; so each view shows whether it is whole.
 */
class ConcurrentReadTest {
    private static final int KEYS = 8;
    private static final int TRANSACTIONS = 1500;

    @TempDir
    Path directory;

    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicInteger latestReads = new AtomicInteger();
    private final AtomicInteger oldReads = new AtomicInteger();
    private final AtomicInteger historyReads = new AtomicInteger();
    private final AtomicInteger hashes = new AtomicInteger();

    @Test
    void everyViewIsOfOneRevisionWhateverIsWrittenAndCompacted() throws Exception {
        try (StoreFixture fixture = new StoreFixture(directory.resolve("store.db"))) {
            write(fixture, 2);
            List<Thread> readers = new ArrayList<>();
            readers.add(reader("latest", () -> readLatest(fixture.store)));
            readers.add(reader("old", () -> readOld(fixture.store, new Random(1))));
            readers.add(reader("history", () -> readHistory(fixture.store, new Random(2))));
            readers.add(reader("hash", () -> hash(fixture.store)));
            for (long revision = 3; revision < TRANSACTIONS && failure.get() == null; revision++) {
                write(fixture, revision);
                fixture.store.compactSlice(5);
            }
            done.set(true);
            for (Thread reader : readers) {
                reader.join();
            }

            assertThat(failure.get()).isNull();
            assertThat(latestReads.get()).isPositive();
            assertThat(oldReads.get()).isPositive();
            assertThat(historyReads.get()).isPositive();
            assertThat(hashes.get()).isPositive();
            assertThat(fixture.fatal).isEmpty();
        }
    }

    private Thread reader(String name, Runnable read) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (!done.get()) {
                            read.run();
                        }
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                },
                name);
        thread.start();
        return thread;
    }

    /** The transaction of {@code revision}; at every fourth a compaction of all before it follows in the same batch. */
    private static void write(StoreFixture fixture, long revision) {
        fixture.batch(() -> {
            String[] changes = new String[KEYS];
            for (int i = 0; i < KEYS; i++) {
                boolean deleted = i == deletedAt(revision) && revision > 2;
                changes[i] = deleted ? "-k" + i : "k" + i + "=" + revision;
            }
            fixture.change(changes);
            long compacted = revision - revision % 4;
            if (compacted > fixture.store.keySpace().compactRevision()) {
                fixture.store.keySpace().compact(compacted);
            }
        });
    }

    private static long deletedAt(long revision) {
        return revision % KEYS;
    }

    private void readLatest(SqliteStore store) {
        store.prefetch(
                IntStream.range(0, KEYS).mapToObj(i -> Bytes.utf8("k" + i)).toList());
        String found = store.read(keys -> {
            assertThat(keys.count(KeyRange.all(), KeySpace.LATEST)).isEqualTo(alive(keys.currentRevision()));
            return keys.currentRevision() + ":" + StoreFixture.dump(keys, keys.currentRevision());
        });
        long revision = Long.parseLong(found.substring(0, found.indexOf(':')));
        assertThat(found).isEqualTo(revision + ":" + expected(revision));
        latestReads.incrementAndGet();
    }

    private void readOld(SqliteStore store, Random random) {
        StorePosition position = store.position();
        long revision = Math.max(2, position.revision() - random.nextInt(5));
        try {
            assertThat(store.<String>read(keys -> StoreFixture.dump(keys, revision)))
                    .isEqualTo(expected(revision));
            Bytes key = Bytes.utf8("k" + random.nextInt(KEYS));
            store.read(keys -> {
                KeyValue kv = keys.get(key, revision);
                assertThat(kv == null ? 0 : kv.modRevision())
                        .isEqualTo(key.equals(Bytes.utf8("k" + deletedAt(revision))) && revision > 2 ? 0 : revision);
                return true;
            });
            oldReads.incrementAndGet();
        } catch (MvccException compacted) {
            assertThat(store.position().compactRevision()).isGreaterThan(revision);
        }
    }

    private void readHistory(SqliteStore store, Random random) {
        long from = Math.max(2, store.position().revision() - random.nextInt(4));
        try {
            HistoryBatch batch = store.history(from, Long.MAX_VALUE, key -> true, true, 2, Long.MAX_VALUE);
            assertThat(batch.nextRevision()).isGreaterThan(from);
            assertThat(batch.events()).hasSize((int) (batch.nextRevision() - from) * KEYS);
            for (KeyEvent event : batch.events()) {
                KeyValue before = event.prevKv();
                assertThat(before == null || before.modRevision() == event.kv().modRevision() - 1)
                        .isTrue();
            }
            historyReads.incrementAndGet();
        } catch (MvccException compacted) {
            assertThat(store.position().compactRevision()).isGreaterThan(from);
        }
    }

    private void hash(SqliteStore store) {
        HistoryHash hash = store.hash(0);
        assertThat(hash.compactRevision()).isLessThanOrEqualTo(hash.revision());
        hashes.incrementAndGet();
    }

    private static int alive(long revision) {
        return revision > 2 ? KEYS - 1 : KEYS;
    }

    private static String expected(long revision) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            if (revision == 2 || i != deletedAt(revision)) {
                rows.add("k" + i + "=" + revision + "@" + revision);
            }
        }
        return String.join(" ", rows);
    }
}
