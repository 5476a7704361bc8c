package io.quorlite.mvcc;

/**
 * A row on its way to a reader, perhaps in a buffer that the next row overwrites: valid until the visitor that was given it
 * returns. Not thread-safe.
 */
public interface RowView {
    Bytes key();

    long createRevision();

    long modRevision();

    long version();

    long lease();

    /** Begins with the value, and may go on behind it. Never to be written to. */
    byte[] valueArray();

    int valueLength();

    /** The row as a value that stays. */
    KeyValue toKeyValue();
}
