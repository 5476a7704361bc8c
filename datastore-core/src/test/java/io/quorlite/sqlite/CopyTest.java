package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.KeySpace;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyTest {
    @TempDir
    Path directory;

    private List<String> names() throws Exception {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void copiesOneStateWhileWritesGoOn() throws Exception {
        try (StoreFixture fixture = new StoreFixture(directory.resolve("store.db"))) {
            String value = "x".repeat(2000);
            for (int i = 0; i < 300; i++) {
                fixture.txn("k" + i + "=" + value, "last=" + i);
            }
            FutureTask<CopiedDatabase> copying =
                    new FutureTask<>(() -> fixture.store.copyTo(directory.resolve("copy.db")));
            new Thread(copying, "copier").start();
            int written = 300;
            while (!copying.isDone()) {
                fixture.txn("k" + written + "=" + value, "last=" + written);
                written++;
            }
            CopiedDatabase copied = copying.get();

            StorePosition position = copied.position();
            assertThat(position.appliedIndex()).isBetween(300L, (long) written);
            assertThat(copied.bytes()).isEqualTo(Files.size(directory.resolve("copy.db")));
            assertThat(SqliteStore.verify(directory.resolve("copy.db"))).isEqualTo(copied);
            assertThat(names()).contains("copy.db").doesNotContain("copy.db-wal", "copy.db-journal");
            try (SqliteStore copy = SqliteStore.open(directory.resolve("copy.db"), 1, e -> {})) {
                assertThat(copy.<String>read(keys -> StoreFixture.dump(keys, KeySpace.LATEST)))
                        .isEqualTo(fixture.dump(position.revision()));
            }
            assertThatThrownBy(() -> fixture.store.copyTo(directory.resolve("copy.db")))
                    .isInstanceOf(FileAlreadyExistsException.class);
        }
    }

    @Test
    void installReplacesADatabaseWithEverythingBesideIt() throws Exception {
        Path file = directory.resolve("store.db");
        Path copy = directory.resolve("received");
        try (StoreFixture other = new StoreFixture(directory.resolve("other.db"))) {
            other.txn("new=1");
            other.txn("new=2");
            other.store.copyTo(copy);
        }
        try (StoreFixture fixture = new StoreFixture(file)) {
            for (int i = 0; i < 50; i++) {
                fixture.txn("old=" + i);
            }
            fixture.store.abandon(); // leaves a WAL that must not be replayed into the new file
            assertThat(Files.size(DatabaseFiles.sibling(file, "-wal"))).isPositive();

            CopiedDatabase installed = SqliteStore.install(copy, file);

            assertThat(installed.position().appliedIndex()).isEqualTo(2);
            assertThat(names()).containsExactly("other.db", "store.db");
            fixture.store = SqliteStore.open(file, 2, fixture.fatal::add);
            assertThat(fixture.dump(KeySpace.LATEST)).isEqualTo("new=2@3");
            assertThat(fixture.txn("new=3")).isEqualTo(4);
        }
    }

    @Test
    void installedDatabaseWinsWhereverTheInstallationWasInterrupted() throws Exception {
        Path copy = directory.resolve("received");
        try (StoreFixture other = new StoreFixture(directory.resolve("other.db"))) {
            other.txn("new=1");
            other.store.copyTo(copy);
        }
        for (boolean walDeleted : new boolean[] {false, true}) {
            Path file = directory.resolve("store-" + walDeleted + ".db");
            StoreFixture old = new StoreFixture(file);
            old.txn("old=1");
            old.store.abandon();
            Files.copy(copy, DatabaseFiles.sibling(file, ".install"), StandardCopyOption.REPLACE_EXISTING);
            if (walDeleted) {
                Files.delete(DatabaseFiles.sibling(file, "-wal"));
            }

            try (StoreFixture fixture = new StoreFixture(file)) {
                assertThat(fixture.dump(KeySpace.LATEST)).isEqualTo("new=1@2");
            }
            assertThat(DatabaseFiles.sibling(file, ".install")).doesNotExist();
        }
    }

    @Test
    void refusesToInstallADamagedCopyAndKeepsTheOldDatabase() throws Exception {
        Path file = directory.resolve("store.db");
        Path copy = directory.resolve("received");
        try (StoreFixture fixture = new StoreFixture(file)) {
            fixture.txn("a=needle-needle");
            fixture.store.copyTo(copy);
        }
        byte[] bytes = Files.readAllBytes(copy);
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("needle");
        bytes[at] ^= 1;
        Files.write(copy, bytes);

        assertThatThrownBy(() -> SqliteStore.install(copy, file)).isInstanceOf(CorruptDatabaseException.class);

        try (StoreFixture fixture = new StoreFixture(file)) {
            assertThat(fixture.dump(KeySpace.LATEST)).isEqualTo("a=needle-needle@2");
        }
    }
}
