package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import io.quorlite.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sweep leaves of the writer's time, and that it comes to its end. */
final class CompactionSweepTest {
    private static final int VERSIONS = 2_000;

    @TempDir
    private Path directory = Path.of("");

    private final Steps steps = new Steps();
    private final List<Throwable> failures = new ArrayList<>();
    private StoreState state;
    private CompactionSweep sweep;
    private long revision = 1;
    private long index;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(directory.resolve("db"));
        state = new StoreState(SqliteStore.FACTORY, directory.resolve("db"), 1, 1, failures::add);
        sweep = new CompactionSweep(state, steps, failures::add);
        for (int i = 0; i < VERSIONS; i++) {
            put();
        }
    }

    @AfterEach
    void close() {
        steps.shutdownNow();
        state.close();
        assertThat(failures).isEmpty();
    }

    @Test
    void doesNotPauseWhileNothingIsWritten() {
        compact();
        sweep.compacted();

        steps.runAll();

        assertThat(steps.pauses).hasSizeGreaterThan(VERSIONS / 200);
        // The first slice cannot know yet.
        assertThat(steps.pauses.subList(2, steps.pauses.size())).containsOnly(0L);
        assertThat(isPending()).isFalse();
    }

    @Test
    void leavesTheWriterToWrites() {
        compact();
        sweep.compacted();

        for (int slices = 0; slices < 5; slices++) {
            put();
            steps.runOne();
        }

        assertThat(steps.pauses.subList(1, steps.pauses.size())).hasSize(5).allMatch(pause -> pause > 0);
        assertThat(isPending()).isTrue();
    }

    @Test
    void saysWhenAllThatWasCompactedIsGone() {
        compact();
        sweep.compacted();
        CompletableFuture<Void> swept = sweep.swept();

        while (!swept.isDone()) {
            assertThat(isPending()).isTrue();
            put();
            steps.runOne();
        }

        assertThat(isPending()).isFalse();
        assertThat(steps.waiting).isEmpty();
    }

    private boolean isPending() {
        return state.use(store -> store.isCompactionPending());
    }

    /** One more version of the same key. */
    private void put() {
        revision++;
        Bytes key = Bytes.wrap(new byte[] {'k'});
        state.write((store, machine) -> {
            store.begin();
            store.keySpace()
                    .append(
                            new Revision(revision, 0),
                            new KeyValue(key, Bytes.wrap(new byte[100]), 2, revision, revision - 1, 0));
            store.keySpace().complete(revision);
            store.commit(++index, 1, 0);
        });
    }

    private void compact() {
        state.write((store, machine) -> {
            store.begin();
            store.keySpace().compact(revision);
            store.commit(++index, 1, 0);
        });
    }

    /** Runs what is scheduled when the test says so, and remembers the pauses that were asked for. */
    private static final class Steps extends ScheduledThreadPoolExecutor {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private final List<Long> pauses = new ArrayList<>();

        Steps() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            waiting.add(task);
            pauses.add(unit.toNanos(delay));
            return super.schedule(() -> {}, 0, unit);
        }

        void runOne() {
            waiting.remove().run();
        }

        void runAll() {
            while (!waiting.isEmpty()) {
                runOne();
            }
        }
    }
}
