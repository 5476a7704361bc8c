package io.quorlite.raft.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Thread-safe; positions are absolute. */
public interface DiskFile extends Closeable {
    long size() throws IOException;

    /** Reads until {@code target} is full or the file ends. Returns the number of bytes read, 0 at or behind the end. */
    int read(ByteBuffer target, long position) throws IOException;

    /** Writes all that remains in {@code source}; the file grows where need be. */
    void write(ByteBuffer source, long position) throws IOException;

    /** Makes everything written to the file so far durable. After an exception nothing is known of any of it. */
    void force() throws IOException;
}
