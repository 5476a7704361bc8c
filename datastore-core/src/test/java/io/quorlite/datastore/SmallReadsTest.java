package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Revision;
import io.quorlite.sqlite.SqliteStore;
import io.quorlite.sqlite.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a database just opened: no row is in memory. */
@Timeout(60)
class SmallReadsTest {
    private static final int KEYS = 300;
    private static final long CLUSTER = 1;

    @TempDir
    Path directory;

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<Throwable> fatal = new ArrayList<>();
    private StoreState state;

    @BeforeEach
    void open() throws IOException {
        try (Store store = SqliteStore.open(StoreState.file(directory), 1, fatal::add)) {
            store.begin();
            store.clusterId(CLUSTER);
            for (int i = 0; i < KEYS; i++) {
                KeySpace keys = store.keySpace();
                long main = keys.currentRevision() + 1;
                keys.append(new Revision(main, 0), new KeyValue(key(i), Bytes.utf8("value " + i), main, main, 1, 0));
                keys.complete(main);
            }
            store.commit(1, 1, 1);
        }
        state = new StoreState(SqliteStore.FACTORY, directory, CLUSTER, 2, fatal::add);
    }

    @AfterEach
    void close() {
        state.close();
        assertThat(fatal).isEmpty();
    }

    private static Bytes key(int i) {
        return Bytes.utf8("key " + i);
    }

    private static Function<KeySpace, String> valueOf(int i) {
        return keys -> String.valueOf(keys.get(key(i), KeySpace.LATEST));
    }

    private CompletableFuture<String> add(SmallReads reads, int i) {
        CompletableFuture<String> result = new CompletableFuture<>();
        reads.add(key(i), valueOf(i), result);
        return result;
    }

    private SmallReads reads(Executor pool) {
        return new SmallReads(state, pool, 2, new ReadOutcomes(fatal::add));
    }

    private boolean isInMemory(int i) {
        return state.useAtOnce(store -> store.readInMemory(valueOf(i))) != null;
    }

    @Test
    void whatWaitsIsAnsweredByOneTaskAndByAnotherWhereItIsMuch() {
        SmallReads reads = reads(tasks::add);
        List<CompletableFuture<String>> results = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            results.add(add(reads, i));
        }
        assertThat(tasks).hasSize(1);
        for (int i = 64; i < KEYS; i++) {
            results.add(add(reads, i));
        }
        assertThat(tasks).hasSize(2);
        assertThat(isInMemory(7)).isFalse();

        tasks.pop().run();

        for (int i = 0; i < KEYS; i++) {
            assertThat(results.get(i)).isCompleted();
            assertThat(results.get(i).join()).contains("key " + i, "value " + i);
            assertThat(isInMemory(i)).isTrue();
        }
        tasks.pop().run(); // nothing is left for it
        CompletableFuture<String> later = add(reads, 5);
        assertThat(tasks).hasSize(1);
        tasks.pop().run();
        assertThat(later).isCompleted();
    }

    @Test
    void prefetchTakesIntoMemoryWhatItIsAskedFor() {
        state.use(store -> {
            store.prefetch(List.of(key(1), key(2), key(1), Bytes.utf8("nobody")));
            return true;
        });

        assertThat(isInMemory(1)).isTrue();
        assertThat(isInMemory(2)).isTrue();
        assertThat(isInMemory(3)).isFalse();
    }

    @Test
    void aReadThatIsRefusedLeavesTheOthersAlone() {
        SmallReads reads = reads(tasks::add);
        CompletableFuture<String> before = add(reads, 1);
        CompletableFuture<String> refused = new CompletableFuture<>();
        reads.add(
                key(2),
                keys -> {
                    throw new MvccException(MvccException.Kind.COMPACTED, "gone");
                },
                refused);
        CompletableFuture<String> missing = new CompletableFuture<>();
        reads.add(
                Bytes.utf8("nobody"), keys -> String.valueOf(keys.get(Bytes.utf8("nobody"), KeySpace.LATEST)), missing);
        CompletableFuture<String> withoutKey = new CompletableFuture<>();
        reads.add(null, valueOf(3), withoutKey);

        tasks.pop().run();

        assertThat(before.join()).contains("value 1");
        assertThat(Failures.kindOf(refused)).isEqualTo(Kind.COMPACTED);
        assertThat(missing.join()).isEqualTo("null");
        assertThat(withoutKey.join()).contains("value 3");
    }

    @Test
    void refusesWhatIsTooMuchAndEverythingWhenThePoolIsClosed() {
        SmallReads idle = reads(task -> {});
        for (int i = 0; i < NodeThreads.WAITING_READS_MAX; i++) {
            assertThat(add(idle, 0)).isNotDone();
        }
        assertThat(Failures.kindOf(add(idle, 0))).isEqualTo(Kind.OVERLOADED);

        SmallReads closed = reads(task -> {
            throw new RejectedExecutionException();
        });
        assertThat(Failures.kindOf(add(closed, 0))).isEqualTo(Kind.OVERLOADED);
        assertThat(Failures.kindOf(add(closed, 1))).isEqualTo(Kind.OVERLOADED);
    }

    @Test
    void forgetsNobodyWhileThreadsComeAndGo() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            SmallReads reads = reads(pool);
            List<CompletableFuture<String>> results = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                results.add(add(reads, i % KEYS));
                if (i % 7 == 0) {
                    results.get(i).get(30, TimeUnit.SECONDS); // the workers run dry now and then
                }
            }
            for (int i = 0; i < results.size(); i++) {
                assertThat(results.get(i).get(30, TimeUnit.SECONDS)).contains("value " + i % KEYS);
            }
        } finally {
            pool.shutdown();
        }
    }
}
