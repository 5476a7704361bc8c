package io.quorlite.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * One change of one key, as watchers see it: {@code kv} is a tombstone for a deletion.
 *
 * @param sub the change's place within its main revision, {@code kv.modRevision()}
 * @param prevKv the version before; null where there was none, where it is compacted away, or where nobody asked
 */
public record KeyEvent(KeyValue kv, int sub, @Nullable KeyValue prevKv) {
    public boolean isDelete() {
        return kv.isTombstone();
    }
}
