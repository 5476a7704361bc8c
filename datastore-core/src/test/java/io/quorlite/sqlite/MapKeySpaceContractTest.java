package io.quorlite.sqlite;

import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.MapKeySpace;

/** The model keeps the contract, too. */
class MapKeySpaceContractTest extends KeySpaceContractTest {
    private final KeySpace keys = new MapKeySpace();

    @Override
    KeySpace keySpace() {
        return keys;
    }
}
