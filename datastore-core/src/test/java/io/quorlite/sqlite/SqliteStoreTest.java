package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.lease.Lease;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Revision;
import io.quorlite.system.SystemRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest {
    @TempDir
    Path directory;

    private StoreFixture fixture;
    private SqliteStore store;

    @BeforeEach
    void open() {
        fixture = new StoreFixture(directory.resolve("a #?% name.db"));
        store = fixture.store;
    }

    @AfterEach
    void close() {
        fixture.close();
        assertThat(fixture.fatal).isEmpty();
    }

    private void reopen() {
        fixture.reopen();
        store = fixture.store;
    }

    @Test
    void emptyStoreIsAtRevisionOneAndNeverCompacted() {
        assertThat(store.position()).isEqualTo(new StorePosition(1, -1, 0, 0, 0, 0));
        assertThat(fixture.dump(KeySpace.LATEST)).isEmpty();
        assertThat(fixture.events(1, 100)).isEmpty();
    }

    @Test
    void batchBecomesVisibleAtCommitAsAWhole() {
        store.begin();
        fixture.change("a=1");
        fixture.change("a=2", "b=1");

        assertThat(StoreFixture.dump(store.keySpace(), KeySpace.LATEST)).isEqualTo("a=2@3 b=1@3");
        assertThat(fixture.dump(KeySpace.LATEST)).isEmpty();
        assertThat(store.position().revision()).isEqualTo(1);

        List<Long> visibleBefore = new ArrayList<>();
        store.commit(7, 2, 99, () -> visibleBefore.add(store.position().revision()));

        assertThat(visibleBefore).containsExactly(1L);
        assertThat(store.position()).isEqualTo(new StorePosition(3, -1, 7, 2, 99, 0));
        assertThat(fixture.dump(KeySpace.LATEST)).isEqualTo("a=2@3 b=1@3");
    }

    @Test
    void keepsEverythingOverAReopen() {
        fixture.batch(() -> {
            store.clusterId(42);
            store.saveLease(new Lease(5, 60, 0));
            store.saveLease(new Lease(6, 60, 0));
            store.saveLease(new Lease(7, 60, 0));
            store.deleteLease(6);
            store.deleteLease(99);
            store.saveLease(new Lease(7, 60, 30));
            KeySpace keys = store.keySpace();
            keys.append(new Revision(2, 0), StoreFixture.put(keys, Bytes.utf8("k"), Bytes.utf8("v"), 5));
            keys.append(new Revision(2, 1), StoreFixture.put(keys, Bytes.utf8("j"), Bytes.utf8("v"), 7));
            keys.append(new Revision(2, 2), StoreFixture.put(keys, Bytes.utf8("l"), Bytes.utf8("v"), 7));
            keys.complete(2);
        });
        fixture.txn("l=2", "m=");
        fixture.txn("-m");
        StorePosition before = store.position();

        reopen();

        assertThat(store.position()).isEqualTo(before);
        assertThat(store.position().clusterId()).isEqualTo(42);
        assertThat(store.keySpace().latest(Bytes.utf8("m"))).isNull();
        assertThat(fixture.dump(KeySpace.LATEST)).isEqualTo("j=v@2 k=v@2 l=2@3");
        assertThat(fixture.dump(3)).isEqualTo("j=v@2 k=v@2 l=2@3 m=@3");
        List<String> restored = new ArrayList<>();
        store.restoreLeases(lease -> restored.add(lease.toString()), (key, lease) -> restored.add(key + "->" + lease));
        assertThat(restored)
                .containsExactly(new Lease(5, 60, 0).toString(), new Lease(7, 60, 30).toString(), "j->7", "k->5");
        fixture.txn("m=3");
        assertThat(fixture.events(3, 5)).isEqualTo("l=2@3<l=v@2 m=@3 -m@4<m=@3 m=3@5");
    }

    @Test
    void readsAtOldRevisionsUntilTheyAreCompacted() {
        fixture.txn("a=1");
        fixture.txn("a=2", "b=1");
        fixture.txn("-a", "c=1");
        fixture.txn("a=3");

        assertThat(fixture.dump(2)).isEqualTo("a=1@2");
        assertThat(fixture.dump(3)).isEqualTo("a=2@3 b=1@3");
        assertThat(fixture.dump(4)).isEqualTo("b=1@3 c=1@4");
        fixture.compact(3);
        assertThatThrownBy(() -> fixture.dump(2)).isInstanceOf(MvccException.class);
        assertThatThrownBy(() -> fixture.events(2, 5)).isInstanceOf(MvccException.class);
        for (int i = 0; i < 2; i++) {
            assertThat(fixture.dump(3)).isEqualTo("a=2@3 b=1@3");
            assertThat(fixture.dump(4)).isEqualTo("b=1@3 c=1@4");
            assertThat(fixture.dump(5)).isEqualTo("a=3@5 b=1@3 c=1@4");
            assertThat(fixture.events(3, 5)).isEqualTo("a=2@3 b=1@3 -a@4<a=2@3 c=1@4 a=3@5");
            fixture.sweep();
        }
    }

    @Test
    void keepsTombstoneAtTheCompactedRevisionAndNoOlderOne() throws Exception {
        fixture.txn("a=1", "b=1");
        fixture.txn("-a");
        fixture.txn("-b");

        fixture.compact(4);
        fixture.sweep();

        assertThat(fixture.events(4, 4)).isEqualTo("-b@4");
        assertThat(rows()).isEqualTo(1);
        fixture.txn("c=1");
        fixture.compact(5);
        fixture.sweep();
        assertThat(rows()).isEqualTo(1);
        assertThat(fixture.dump(KeySpace.LATEST)).isEqualTo("c=1@5");
    }

    private long rows() throws Exception {
        Path copy = directory.resolve("count.db");
        store.copyTo(copy);
        try (var connection = SqliteDatabase.connectReader(copy, "?immutable=1")) {
            return Schema.number(connection, "SELECT count(*) FROM history");
        } finally {
            Files.delete(copy);
        }
    }

    @Test
    void writerFindsThePreviousVersionThoughItsBatchCompactsIt() {
        fixture.txn("a=1");
        store.begin();
        fixture.change("a=2");
        store.keySpace().compact(3);
        store.commit(2, 1, 0, () -> {
            assertThat(store.previous(Bytes.utf8("a"), 3))
                    .isEqualTo(new KeyValue(Bytes.utf8("a"), Bytes.utf8("1"), 2, 2, 1, 0));
        });

        assertThat(store.previous(Bytes.utf8("b"), 3)).isNull();
        assertThat(store.before(Bytes.utf8("a"), 3)).isNull();
        assertThat(store.before(Bytes.utf8("a"), 4)).isNotNull();
    }

    @Test
    void historyStopsBetweenRevisionsAtItsBounds() {
        fixture.txn("a=1", "b=1", "c=1");
        fixture.txn("a=2", "b=2");
        fixture.txn("a=3");
        fixture.txn("b=4");

        HistoryBatch one = store.history(2, 5, key -> true, false, 1, Long.MAX_VALUE);
        HistoryBatch bytes = store.history(2, 5, key -> true, false, 100, 7);
        HistoryBatch least = store.history(2, 5, key -> true, false, 0, 0);
        HistoryBatch sparse = store.history(2, 5, key -> key.equals(Bytes.utf8("b")), false, 2, Long.MAX_VALUE);
        HistoryBatch rest = store.history(4, 99, key -> true, false, 100, Long.MAX_VALUE);

        assertThat(one.events()).hasSize(3);
        assertThat(one.nextRevision()).isEqualTo(3);
        assertThat(bytes.events()).hasSize(5);
        assertThat(bytes.nextRevision()).isEqualTo(4);
        assertThat(least).isEqualTo(one);
        assertThat(sparse.events()).hasSize(2);
        assertThat(sparse.nextRevision()).isEqualTo(4);
        assertThat(rest.events()).hasSize(2);
        assertThat(rest.nextRevision()).isEqualTo(6);
    }

    @Test
    void readOfTheNewestThatACompactionOvertakesIsMadeAgain() {
        fixture.txn("a=1", "b=1");
        List<String> views = new ArrayList<>();

        String found = store.read(keys -> {
            if (views.isEmpty()) {
                fixture.txn("a=2");
                fixture.compact(3);
                fixture.sweep();
            }
            views.add("at " + keys.currentRevision());
            return StoreFixture.dump(keys, keys.currentRevision());
        });

        assertThat(found).isEqualTo("a=2@3 b=1@2");
        assertThat(views).containsExactly("at 2", "at 3");
    }

    @Test
    void readOfAnOldRevisionThatACompactionOvertakesIsRefused() {
        fixture.txn("a=1", "b=1");
        fixture.txn("a=2");
        fixture.txn("a=3");

        assertThatThrownBy(() -> store.read(keys -> {
                    fixture.compact(4);
                    fixture.sweep();
                    return StoreFixture.dump(keys, 3);
                }))
                .isInstanceOf(MvccException.class);
    }

    @Test
    void historyThatACompactionOvertakesIsRefused() {
        fixture.txn("a=1", "b=1");
        fixture.txn("a=2");
        fixture.txn("a=3");

        assertThatThrownBy(() -> store.history(
                        2,
                        4,
                        key -> {
                            if (store.position().compactRevision() < 0) {
                                fixture.compact(3);
                            }
                            return true;
                        },
                        false,
                        100,
                        Long.MAX_VALUE))
                .isInstanceOf(MvccException.class);
        assertThat(fixture.events(3, 4)).isEqualTo("a=2@3 a=3@4<a=2@3");
    }

    @Test
    void refusesChangesThatDoNotFollow() {
        KeyValue kv = new KeyValue(Bytes.utf8("k"), Bytes.EMPTY, 2, 2, 1, 0);
        assertThatThrownBy(() -> store.keySpace().append(new Revision(2, 0), kv))
                .isInstanceOf(IllegalStateException.class);
        store.begin();
        KeySpace keys = store.keySpace();
        for (Revision wrong : List.of(new Revision(1, 0), new Revision(2, 1), new Revision(3, 0))) {
            assertThatThrownBy(() -> keys.append(
                            wrong, new KeyValue(Bytes.utf8("k"), Bytes.EMPTY, wrong.main(), wrong.main(), 1, 0)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> keys.complete(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> keys.compact(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(store::begin).isInstanceOf(IllegalStateException.class);
        keys.append(new Revision(2, 0), kv);
        keys.complete(2);
        fixture.commit();
        assertThat(fixture.dump(2)).isEqualTo("k=@2");
    }

    @Test
    void hashIgnoresHowFarRowsWereRemoved() {
        for (int i = 0; i < 20; i++) {
            fixture.txn("a=" + i, "b=" + i);
        }
        fixture.txn("-a");
        HistoryHash never = store.hash(0);
        fixture.compact(15);
        HistoryHash before = store.hash(0);
        HistoryHash older = store.hash(18);
        fixture.sweep();

        assertThat(store.hash(0)).isEqualTo(before);
        assertThat(store.hash(18)).isEqualTo(older);
        assertThat(before.hash()).isNotEqualTo(never.hash()).isNotEqualTo(older.hash());
        assertThat(before.revision()).isEqualTo(22);
        assertThat(before.compactRevision()).isEqualTo(15);
        assertThatThrownBy(() -> store.hash(14)).isInstanceOf(MvccException.class);
        assertThatThrownBy(() -> store.hash(23)).isInstanceOf(MvccException.class);
    }

    @Test
    void givesPagesBackAfterCompaction() {
        String value = "x".repeat(3000);
        for (int i = 0; i < 100; i++) {
            fixture.batch(() -> {
                for (int j = 0; j < 30; j++) {
                    fixture.change("k" + j + "=" + value);
                }
            });
        }
        DatabaseSize full = store.size();
        fixture.compact(store.position().revision());

        while (!store.compactSlice(1000)) {
            // until nothing is left
        }

        DatabaseSize swept = store.size();
        assertThat(full.inUseBytes()).isGreaterThan(9_000_000);
        assertThat(swept.inUseBytes()).isLessThan(300_000);
        assertThat(swept.totalBytes()).isLessThan(2_000_000);
        reopen();
        assertThat(store.isCompactionPending()).isFalse();
    }

    @Test
    void resumesRemovalAfterARestart() throws Exception {
        for (int i = 0; i < 50; i++) {
            fixture.txn("a=" + i);
        }
        fixture.compact(40);
        store.compactSlice(3);
        store.compactSlice(3);
        store.compactSlice(3);
        assertThat(rows()).isBetween(12L, 49L);

        reopen();
        assertThat(store.isCompactionPending()).isTrue();
        HistoryHash before = store.hash(0);
        fixture.sweep();

        assertThat(rows()).isEqualTo(12);
        assertThat(store.hash(0)).isEqualTo(before);
    }

    @Test
    void keepsSystemRecordsInTheSameTransactionAndInCopies() throws Exception {
        fixture.batch(() -> {
            store.saveRecord(new SystemRecord("b", Bytes.utf8("1"), 1));
            store.saveRecord(new SystemRecord("a", Bytes.EMPTY, 1));
            store.saveRecord(new SystemRecord("gone", Bytes.utf8("1"), 1));
            store.saveRecord(new SystemRecord("b", Bytes.utf8("2"), 2));
            store.deleteRecord("gone");
        });
        List<SystemRecord> saved =
                List.of(new SystemRecord("a", Bytes.EMPTY, 1), new SystemRecord("b", Bytes.utf8("2"), 2));
        Path copy = directory.resolve("copy.db");
        store.copyTo(copy);

        SqliteStore.verify(copy);
        try (SqliteStore copied = SqliteStore.open(copy, 1, fixture.fatal::add)) {
            assertThat(copied.takeRecords()).isEqualTo(saved);
        }
        reopen();
        assertThat(store.takeRecords()).isEqualTo(saved);
        assertThat(store.takeRecords()).isEmpty();
        store.begin();
        store.deleteRecord("a");
        store.abandon(); // not committed
        fixture.store = store = SqliteStore.open(fixture.file, 1, fixture.fatal::add);
        assertThat(store.takeRecords()).isEqualTo(saved);
    }

    @Test
    void opensADatabaseOfTheVersionWithoutSystemRecords() throws Exception {
        fixture.txn("a=1");
        fixture.batch(() -> store.saveLease(new Lease(7, 60, 0)));
        store.close();
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:sqlite:file:" + fixture.file.toUri().getRawPath());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DROP TABLE system");
            statement.executeUpdate("PRAGMA user_version = 1");
        }
        Path copy = directory.resolve("copy.db");
        Files.copy(fixture.file, copy);
        SqliteStore.verify(copy);
        fixture.store = store = SqliteStore.open(fixture.file, 1, fixture.fatal::add);

        assertThat(fixture.dump(KeySpace.LATEST)).isEqualTo("a=1@2");
        assertThat(store.takeRecords()).isEmpty();
        fixture.batch(() -> store.saveRecord(new SystemRecord("a", Bytes.utf8("1"), 1)));
        reopen();
        assertThat(store.takeRecords()).hasSize(1);
        assertThat(fixture.dump(KeySpace.LATEST)).isEqualTo("a=1@2");
    }

    @Test
    void refusesADatabaseThatIsNotOurs() throws Exception {
        Path file = directory.resolve("other.db");
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t (x)");
        }

        assertThatThrownBy(() -> SqliteStore.open(file, 1, e -> {})).isInstanceOf(StorageException.class);
    }
}
