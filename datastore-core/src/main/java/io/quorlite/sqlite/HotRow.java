package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import io.quorlite.mvcc.RowView;

/** What {@link HotRows} found last, as a row. Not thread-safe. */
final class HotRow implements RowView {
    final HotRows.Scratch scratch = new HotRows.Scratch();
    private Bytes key = Bytes.EMPTY;
    private long packed;

    /** The row in {@link #scratch}, which is this key's at this revision. */
    HotRow of(Bytes key, long packed) {
        this.key = key;
        this.packed = packed;
        return this;
    }

    @Override
    public Bytes key() {
        return key;
    }

    @Override
    public long createRevision() {
        return scratch.createRevision;
    }

    @Override
    public long modRevision() {
        return Revision.mainOf(packed);
    }

    @Override
    public long version() {
        return scratch.version;
    }

    @Override
    public long lease() {
        return scratch.lease;
    }

    @Override
    public byte[] valueArray() {
        return scratch.value;
    }

    @Override
    public int valueLength() {
        return scratch.length;
    }

    @Override
    public KeyValue toKeyValue() {
        return scratch.toKeyValue(key, packed);
    }
}
