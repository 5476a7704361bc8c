package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Random histories on two stores that differ only in when rows are removed and when they are reopened, against a model that
 * keeps everything.
 */
class StoreModelTest {
    private static final List<String> KEYS = List.of("a", "b", "c", "d", "e");

    /** A step of a history. */
    sealed interface Step {
        /** One bit for each key that is put, and for each that is deleted, if it is alive and not put. */
        record Transaction(int puts, int deletes, int valueBytes) implements Step {}

        /** Compacts so far behind the newest revision. */
        record Compact(int back) implements Step {}

        record Slice(int rows) implements Step {}

        record Reopen(boolean clean) implements Step {}
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> transaction = Combinators.combine(
                        Arbitraries.integers().between(0, 31),
                        Arbitraries.integers().between(0, 31),
                        Arbitraries.frequency(Tuple.of(8, 5), Tuple.of(1, 0), Tuple.of(1, 9000)))
                .as(Step.Transaction::new);
        Arbitrary<Step> compact = Arbitraries.integers().between(0, 6).map(Step.Compact::new);
        Arbitrary<Step> slice = Arbitraries.integers().between(1, 4).map(Step.Slice::new);
        Arbitrary<Step> reopen = Arbitraries.of(true, false).map(Step.Reopen::new);
        return Arbitraries.frequencyOf(
                        Tuple.of(12, transaction), Tuple.of(3, compact), Tuple.of(8, slice), Tuple.of(1, reopen))
                .list()
                .ofMinSize(5)
                .ofMaxSize(60);
    }

    @Property(tries = 40)
    void behavesAsTheModelAndHashesAlikeWheneverRowsAreRemoved(@ForAll("steps") List<Step> steps) throws IOException {
        Path directory = Files.createTempDirectory("store-model");
        try (StoreFixture sliced = new StoreFixture(directory.resolve("sliced.db"));
                StoreFixture lazy = StoreFixture.withoutHotRows(directory.resolve("lazy.db"))) {
            NaiveHistory model = new NaiveHistory();
            for (Step step : steps) {
                run(step, sliced, lazy, model);
            }
            verify(sliced, model);
            verify(lazy, model);
            assertThat(sliced.store.hash(0)).isEqualTo(lazy.store.hash(0));
            lazy.sweep();
            assertThat(lazy.store.hash(0)).isEqualTo(sliced.store.hash(0));
            verify(lazy, model);
        } finally {
            deleteAll(directory);
        }
    }

    private static void run(Step step, StoreFixture sliced, StoreFixture lazy, NaiveHistory model) throws IOException {
        if (step instanceof Step.Transaction transaction) {
            write(transaction, sliced, model);
            write(transaction, lazy, null);
        } else if (step instanceof Step.Compact compact) {
            StorePosition position = sliced.store.position();
            long revision = position.revision() - compact.back();
            if (revision > position.compactRevision() && revision >= 1) {
                sliced.compact(revision);
                lazy.compact(revision);
            }
        } else if (step instanceof Step.Slice slice) {
            sliced.store.compactSlice(slice.rows());
            verify(sliced, model);
        } else if (step instanceof Step.Reopen reopen) {
            if (reopen.clean()) {
                sliced.reopen();
            } else {
                sliced.store.abandon();
                sliced.store = SqliteStore.open(sliced.file, 2, sliced.fatal::add);
            }
            verify(sliced, model);
        } else {
            throw new AssertionError(step);
        }
    }

    private static void write(Step.Transaction step, StoreFixture fixture, @Nullable NaiveHistory model) {
        fixture.batch(() -> {
            KeySpace keys = fixture.store.keySpace();
            long main = keys.currentRevision() + 1;
            int sub = 0;
            for (int i = 0; i < KEYS.size(); i++) {
                Bytes key = Bytes.utf8(KEYS.get(i));
                KeyValue kv = null;
                if ((step.puts() >> i & 1) != 0) {
                    kv = StoreFixture.put(keys, key, Bytes.utf8("x".repeat(step.valueBytes())), main * 31 + i);
                } else if ((step.deletes() >> i & 1) != 0 && keys.latest(key) != null) {
                    kv = KeyValue.tombstone(key, main);
                }
                if (kv != null) {
                    keys.append(new Revision(main, sub++), kv);
                    if (model != null) {
                        model.add(kv);
                    }
                }
            }
            if (sub > 0) {
                keys.complete(main);
            }
        });
    }

    private static void verify(StoreFixture fixture, NaiveHistory model) {
        StorePosition position = fixture.store.position();
        long compacted = position.compactRevision();
        for (long revision = Math.max(1, compacted); revision <= position.revision(); revision++) {
            long at = revision;
            assertThat(fixture.dump(at)).isEqualTo(model.dump(at));
            assertThat(fixture.store.<Long>read(keys -> keys.count(KeyRange.all(), at)))
                    .isEqualTo(model.aliveAt(at).size());
            for (KeyValue kv : model.aliveAt(at).values()) {
                assertThat(fixture.store.<KeyValue>read(keys -> keys.get(kv.key(), at)))
                        .isEqualTo(kv);
            }
        }
        long from = Math.max(1, compacted);
        assertThat(fixture.events(from, position.revision()))
                .isEqualTo(model.events(from, position.revision(), compacted));
        if (compacted > 1) {
            assertThatThrownBy(() -> fixture.dump(compacted - 1)).isInstanceOf(MvccException.class);
        }
    }

    static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
