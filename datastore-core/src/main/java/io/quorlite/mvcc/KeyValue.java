package io.quorlite.mvcc;

/**
 * One version of one key. Revisions are main revisions; {@code version} counts the puts since the key was last created;
 * {@code lease} is 0 where none is attached. Of a deletion only {@code key} and {@code modRevision} have a meaning, and
 * {@code version} is 0.
 */
public record KeyValue(Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease)
        implements RowView {
    public static KeyValue tombstone(Bytes key, long modRevision) {
        return new KeyValue(key, Bytes.EMPTY, 0, modRevision, 0, 0);
    }

    public boolean isTombstone() {
        return version == 0;
    }

    public KeyValue withoutValue() {
        return new KeyValue(key, Bytes.EMPTY, createRevision, modRevision, version, lease);
    }

    @Override
    public byte[] valueArray() {
        return value.unsafeArray();
    }

    @Override
    public int valueLength() {
        return value.length();
    }

    @Override
    public KeyValue toKeyValue() {
        return this;
    }
}
