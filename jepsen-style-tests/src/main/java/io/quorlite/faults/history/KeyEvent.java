package io.quorlite.faults.history;

import org.jspecify.annotations.Nullable;

/**
 * One change of one key, as a watch tells it. Immutable.
 *
 * @param kv the new version; of a deletion only key and modRevision count, the rest is zero or empty
 * @param prevKv the version before, or null where there was none or it was not asked for
 */
public record KeyEvent(Type type, KeyValue kv, @Nullable KeyValue prevKv) {
    /** What happened to the key. */
    public enum Type {
        PUT,
        DELETE
    }

    /** The event of a key's deletion at {@code revision}. */
    public static KeyEvent delete(String key, long revision, @Nullable KeyValue prevKv) {
        return new KeyEvent(Type.DELETE, new KeyValue(key, "", 0, revision, 0, 0), prevKv);
    }

    /** The event of a key's new version. */
    public static KeyEvent put(KeyValue kv, @Nullable KeyValue prevKv) {
        return new KeyEvent(Type.PUT, kv, prevKv);
    }

    public boolean isDelete() {
        return type == Type.DELETE;
    }

    public String key() {
        return kv.key();
    }

    public long revision() {
        return kv.modRevision();
    }

    /** This event as a watch without prevKv tells it. */
    public KeyEvent withoutPrevKv() {
        return new KeyEvent(type, kv, null);
    }

    @Override
    public String toString() {
        return (isDelete() ? "delete " + key() + "@" + revision() : "put " + kv)
                + (prevKv == null ? "" : " (was " + prevKv + ")");
    }
}
