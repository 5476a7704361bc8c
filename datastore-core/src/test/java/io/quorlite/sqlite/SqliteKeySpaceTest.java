package io.quorlite.sqlite;

import io.quorlite.mvcc.KeySpace;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteKeySpaceTest extends KeySpaceContractTest {
    @TempDir
    Path directory;

    private StoreFixture fixture;

    @BeforeEach
    void open() {
        fixture = new StoreFixture(directory.resolve("store.db"));
        fixture.store.begin();
    }

    @AfterEach
    void close() {
        fixture.commit();
        fixture.close();
    }

    @Override
    KeySpace keySpace() {
        return fixture.store.keySpace();
    }
}
