package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.Revision;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointerTest {
    @TempDir
    Path directory;

    @Test
    void walStaysBoundedUnderASteadyLoadWithReaders() throws Exception {
        try (StoreFixture fixture = new StoreFixture(directory.resolve("store.db"))) {
            Path wal = DatabaseFiles.sibling(fixture.file, "-wal");
            byte[] value = new byte[256 << 10];
            long largest = 0;
            for (int i = 0; i < 640; i++) { // 160 MiB
                fixture.batch(() -> {
                    KeySpace keys = fixture.store.keySpace();
                    long main = keys.currentRevision() + 1;
                    keys.append(new Revision(main, 0), StoreFixture.put(keys, Bytes.utf8("k"), Bytes.wrap(value), 0));
                    keys.complete(main);
                });
                fixture.store.read(keys -> keys.get(Bytes.utf8("k"), KeySpace.LATEST) != null);
                largest = Math.max(largest, Files.size(wal));
            }
            assertThat(largest).isLessThan(2 * Checkpointer.WAL_BYTES_MAX);
            assertThat(fixture.fatal).isEmpty();
        }
    }
}
