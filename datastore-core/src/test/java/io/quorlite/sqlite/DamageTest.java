package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.lease.Lease;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.Revision;
import io.quorlite.system.SystemRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flipped bits: whatever they hit, the store answers right or not at all. */
class DamageTest {
    private static final long SEED = 20261121;

    @TempDir
    Path directory;

    private Path file;
    private String intact;
    private StorePosition position;

    @BeforeEach
    void fill() throws IOException {
        file = directory.resolve("store.db");
        Random random = new Random(SEED);
        try (StoreFixture fixture = new StoreFixture(file)) {
            for (int i = 0; i < 120; i++) {
                int n = i;
                int bytes = i % 10 == 0 ? 9000 : random.nextInt(300); // some go on in overflow pages
                fixture.batch(() -> {
                    KeySpace keys = fixture.store.keySpace();
                    Bytes key = Bytes.utf8("/registry/things/" + n % 50);
                    Bytes value = Bytes.utf8(Integer.toString(n, 36).repeat(bytes));
                    long main = keys.currentRevision() + 1;
                    keys.append(new Revision(main, 0), StoreFixture.put(keys, key, value, n % 3));
                    keys.complete(main);
                    fixture.store.saveLease(new Lease(1 + n % 3, 60 + n, n));
                    fixture.store.saveRecord(new SystemRecord("node/" + n % 20, value, 1 + n / 20));
                });
            }
            fixture.txn("-/registry/things/7");
            fixture.compact(30);
            fixture.sweep();
            fixture.reopen();
            position = fixture.store.position();
            intact = everything(fixture.store);
        }
    }

    private String everything(SqliteStore store) {
        StringBuilder text = new StringBuilder();
        text.append(store.position());
        store.restoreLeases(text::append, (key, lease) -> text.append(key).append(lease));
        text.append(store.takeRecords());
        for (long revision : new long[] {30, 60, KeySpace.LATEST}) {
            store.read(keys -> {
                keys.scan(KeyRange.all(), revision, true, kv -> {
                    text.append(kv);
                    return true;
                });
                return true;
            });
        }
        store.history(30, 1000, key -> true, true, 1000, Long.MAX_VALUE)
                .events()
                .forEach(text::append);
        return text.append(store.hash(0)).toString();
    }

    private static void flip(Path path, long at, int bit) throws IOException {
        try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
            raw.seek(at);
            int old = raw.read();
            raw.seek(at);
            raw.write(old ^ 1 << bit);
        }
    }

    @Test
    void verificationFindsEveryFlipThatChangesARow() throws Exception {
        Random random = new Random(SEED);
        List<String> rows = allRows(file);
        int found = 0;
        for (int i = 0; i < 3000; i++) {
            long at = (long) (random.nextDouble() * Files.size(file));
            int bit = random.nextInt(8);
            flip(file, at, bit);
            try {
                SqliteStore.verify(file);
                assertThat(allRows(file))
                        .as("bit %d of byte %d, seed %d", bit, at, SEED)
                        .isEqualTo(rows);
            } catch (StorageException e) {
                found++;
            }
            flip(file, at, bit);
        }
        assertThat(found).isGreaterThan(1500); // most of the file is rows
        assertThat(SqliteStore.verify(file).position()).isEqualTo(position);
    }

    private static List<String> allRows(Path path) throws Exception {
        List<String> rows = new ArrayList<>();
        try (var connection = SqliteDatabase.connectReader(path, "?immutable=1")) {
            rows.add(MetaTable.read(connection).toString());
            new RowReader(connection).history(0, Long.MAX_VALUE, row -> rows.add(row.packed() + " " + row.withValue()));
            rows.add(SqliteLeases.load(connection, new RecordSum()).toString());
            rows.add(SqliteRecords.load(connection, new RecordSum()).toString());
        }
        return rows;
    }

    @Test
    void openStoreServesNothingThatAFlipChanged() throws Exception {
        Random random = new Random(SEED);
        byte[] original = Files.readAllBytes(file);
        int found = 0;
        for (int i = 0; i < 60; i++) {
            int at = random.nextInt(original.length);
            int bit = random.nextInt(8);
            byte[] damaged = original.clone();
            damaged[at] ^= (byte) (1 << bit);
            Path copy = directory.resolve("flip-" + i + ".db");
            Files.write(copy, damaged);
            try (SqliteStore store = SqliteStore.open(copy, 1, e -> {})) {
                assertThat(everything(store))
                        .as("bit %d of byte %d, seed %d", bit, at, SEED)
                        .isEqualTo(intact);
            } catch (StorageException e) {
                found++;
            }
        }
        assertThat(found).isGreaterThan(20);
    }

    @Test
    void noticesDamageThatComesWhileItIsOpen() throws Exception {
        try (StoreFixture fixture = StoreFixture.withoutHotRows(directory.resolve("live.db"))) {
            fixture.txn("a=needle-needle-needle");
            fixture.txn("b=1");
            for (int i = 0; i < 10; i++) {
                fixture.txn("c=" + "x".repeat(3000)); // so that the page is not written again
            }
            fixture.store.persist();
            String raw = Files.readString(fixture.file, StandardCharsets.ISO_8859_1);
            flip(fixture.file, raw.indexOf("needle-needle"), 3);
            fixture.txn("b=2"); // what readers have cached is out of date now

            assertThatThrownBy(() -> fixture.dump(KeySpace.LATEST))
                    .isInstanceOfSatisfying(
                            CorruptDatabaseException.class,
                            e -> assertThat(e.revision()).isEqualTo(2));
            assertThatThrownBy(() -> fixture.store.hash(0)).isInstanceOf(CorruptDatabaseException.class);
            assertThatThrownBy(() -> fixture.events(2, 4)).isInstanceOf(CorruptDatabaseException.class);
            assertThat(fixture.events(14, 14)).isEqualTo("b=2@14<b=1@3");
        }
    }

    @Test
    void noticesRowsThatAreGone() throws Exception {
        for (String loss : List.of(
                "DELETE FROM history WHERE revision >> 20 = 90",
                "DELETE FROM lease WHERE id = 2",
                "DELETE FROM system WHERE name = 'node/3'",
                "DELETE FROM meta")) {
            Path copy = directory.resolve("loss.db");
            Files.copy(file, copy);
            try (var connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
                    var statement = connection.createStatement()) {
                assertThat(statement.executeUpdate(loss)).isPositive();
            }

            assertThatThrownBy(() -> SqliteStore.verify(copy)).isInstanceOf(CorruptDatabaseException.class);
            assertThatThrownBy(() -> SqliteStore.open(copy, 1, e -> {})).isInstanceOf(CorruptDatabaseException.class);
            for (Path leftover :
                    List.of(copy, DatabaseFiles.sibling(copy, "-wal"), DatabaseFiles.sibling(copy, "-shm"))) {
                Files.deleteIfExists(leftover);
            }
        }
    }
}
