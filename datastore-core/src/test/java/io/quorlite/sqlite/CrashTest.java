package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.KeySpace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found after a life that ended without a close. */
class CrashTest {
    private static final long SEED = 4711;

    @TempDir
    Path directory;

    private int life;

    /** Opens files as a crash left them and compares with the model. Each entry i wrote revision i + 1. */
    private long openAfterCrash(byte[] file, byte[] wal, NaiveHistory model) throws Exception {
        Path path = directory.resolve("life-" + life++ + ".db");
        Files.write(path, file);
        Files.write(DatabaseFiles.sibling(path, "-wal"), wal);
        try (SqliteStore store = SqliteStore.open(path, 1, e -> {})) {
            long applied = store.position().appliedIndex();
            assertThat(store.position())
                    .isEqualTo(new StorePosition(
                            applied + 1, -1, applied, applied == 0 ? 0 : 1, StoreFixture.stateHashAt(applied), 0));
            String rows = store.read(keys -> StoreFixture.dump(keys, KeySpace.LATEST));
            assertThat(rows).isEqualTo(model.dump(applied + 1));
            return applied;
        }
    }

    @Test
    void powerLossLeavesAPrefixThatHoldsEverythingPersisted() throws Exception {
        Random random = new Random(SEED);
        NaiveHistory model = new NaiveHistory();
        try (StoreFixture fixture = new StoreFixture(directory.resolve("store.db"))) {
            Path wal = DatabaseFiles.sibling(fixture.file, "-wal");
            write(fixture, model, random, 40);
            assertThat(fixture.store.persist()).isEqualTo(40);
            write(fixture, model, random, 30);
            long persisted = fixture.store.persist();
            byte[] file = Files.readAllBytes(fixture.file);
            write(fixture, model, random, 30);
            byte[] written = Files.readAllBytes(wal);
            assertThat(persisted).isEqualTo(70);
            assertThat(fixture.store.position().appliedIndex()).isEqualTo(100);

            // A killed process loses nothing that was committed.
            assertThat(openAfterCrash(file, written, model)).isEqualTo(100);
            // The checkpoint was complete, so SQLite started the WAL over: all of it is newer than what was persisted.
            // Power
            // loss may leave any beginning of it, or rubbish from some point on.
            for (int i = 0; i < 15; i++) {
                int kept = random.nextInt(written.length);
                assertThat(openAfterCrash(file, Arrays.copyOf(written, kept), model))
                        .isBetween(persisted, 100L);
                byte[] rubbish = written.clone();
                rubbish[kept] ^= 0x10;
                assertThat(openAfterCrash(file, rubbish, model)).isBetween(persisted, 100L);
            }
        }
    }

    @Test
    void persistedSurvivesThoughAReaderHeldTheCheckpointBack() throws Exception {
        NaiveHistory model = new NaiveHistory();
        Random random = new Random(SEED);
        try (StoreFixture fixture = StoreFixture.withoutHotRows(directory.resolve("store.db"))) {
            Path wal = DatabaseFiles.sibling(fixture.file, "-wal");
            write(fixture, model, random, 10);
            fixture.store.read(keys -> {
                StoreFixture.dump(keys, KeySpace.LATEST);
                StoreFixture.dump(
                        keys, KeySpace.LATEST); // the second query opens a transaction, which pins what it sees
                write(fixture, model, random, 10);
                try {
                    assertThat(fixture.store.persist()).isEqualTo(20);
                    int synced = (int) Files.size(wal);
                    write(fixture, model, random, 10);
                    byte[] file = Files.readAllBytes(fixture.file);
                    byte[] written = Files.readAllBytes(wal);
                    assertThat(openAfterCrash(file, written, model)).isEqualTo(30);
                    assertThat(openAfterCrash(file, Arrays.copyOf(written, synced), model))
                            .isEqualTo(20);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                return true;
            });
        }
    }

    private static void write(StoreFixture fixture, NaiveHistory model, Random random, int transactions) {
        for (int i = 0; i < transactions; i++) {
            long main = fixture.txn("k" + random.nextInt(20) + "=" + "v".repeat(random.nextInt(600)));
            fixture.store
                    .history(main, main, key -> true, false, 1, 1)
                    .events()
                    .forEach(event -> model.add(event.kv()));
        }
    }

    @Test
    void batchThatFailedHalfwayIsGoneAfterAbandoning() throws Exception {
        Path file = directory.resolve("store.db");
        try (StoreFixture fixture = new StoreFixture(file)) {
            fixture.txn("a=1");
            fixture.store.begin();
            fixture.change("a=2");
            fixture.store.abandon();
            assertThat(Files.size(DatabaseFiles.sibling(file, "-wal"))).isPositive();

            fixture.store = SqliteStore.open(file, 2, fixture.fatal::add);

            assertThat(fixture.dump(KeySpace.LATEST)).isEqualTo("a=1@2");
            assertThat(fixture.store.position().appliedIndex()).isEqualTo(1);
        }
    }

    @Test
    void startsOverWhereALifeEndedWhileTheDatabaseWasMade() throws Exception {
        Path file = directory.resolve("store.db");
        Files.createFile(file);

        try (StoreFixture fixture = new StoreFixture(file)) {
            fixture.txn("a=1");
            assertThat(fixture.dump(KeySpace.LATEST)).isEqualTo("a=1@2");
        }
    }
}
