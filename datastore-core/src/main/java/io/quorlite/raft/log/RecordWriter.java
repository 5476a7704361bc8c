package io.quorlite.raft.log;

import io.quorlite.sofajraft.entity.LogEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Gathers the records of an append in one buffer and writes them with as few writes as that allows: one, up to 1 MiB. The
 * buffer is kept for the next append. Not thread-safe.
 */
final class RecordWriter {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final byte[] PADDING = new byte[7];

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer header = ByteBuffer.allocate(RecordHeader.BYTES);
    private final CRC32C crc = new CRC32C();

    static long recordBytes(LogEntry entry) {
        return RecordHeader.recordBytes((long) EntryCodec.encodeLists(entry).length + EntryCodec.dataBytes(entry));
    }

    /** Writes {@code entries} at {@code offset}; nothing is forced. */
    void write(DiskFile file, int offset, int salt, Iterable<LogEntry> entries) throws IOException {
        buffer.clear();
        long at = offset;
        for (LogEntry entry : entries) {
            at = put(file, at, salt, offset, entry);
        }
        flush(file, at);
    }

    void writeMark(DiskFile file, int offset, int salt, long index, long term) throws IOException {
        buffer.clear();
        encodeHeader(RecordHeader.mark(index, term, offset));
        long at = put(file, offset, sealHeader(salt));
        flush(file, at);
    }

    private long put(DiskFile file, long start, int salt, int syncedOffset, LogEntry entry) throws IOException {
        byte[] lists = EntryCodec.encodeLists(entry);
        ByteBuffer data = entry.getData() == null ? LogEntry.EMPTY_DATA : entry.getData();
        int length = lists.length + data.remaining();
        encodeHeader(RecordHeader.entry(
                length,
                entry.getType(),
                EntryCodec.flags(entry),
                entry.getId().getIndex(),
                entry.getId().getTerm(),
                syncedOffset));
        ByteBuffer padding = ByteBuffer.wrap(PADDING, 0, -length & 7);
        crc.update(lists);
        crc.update(data.duplicate());
        crc.update(padding.duplicate());

        long at = put(file, start, sealHeader(salt));
        at = put(file, at, ByteBuffer.wrap(lists));
        at = put(file, at, data.duplicate());
        return put(file, at, padding);
    }

    private void encodeHeader(RecordHeader fields) {
        fields.writeTo(header.clear());
        crc.reset();
        crc.update(header.array(), 4, RecordHeader.BYTES - 4);
    }

    private ByteBuffer sealHeader(int salt) {
        header.putInt(0, (int) crc.getValue() ^ salt);
        return header.rewind();
    }

    /** Adds {@code bytes} to the buffer, which goes to the file whenever it is full; {@code at} is where the bytes belong. */
    private long put(DiskFile file, long at, ByteBuffer bytes) throws IOException {
        long next = at;
        while (bytes.hasRemaining()) {
            if (!buffer.hasRemaining()) {
                flush(file, next);
                buffer.clear();
            }
            int count = Math.min(bytes.remaining(), buffer.remaining());
            buffer.put(buffer.position(), bytes, bytes.position(), count);
            buffer.position(buffer.position() + count);
            bytes.position(bytes.position() + count);
            next += count;
        }
        return next;
    }

    /** Writes the buffer so that it ends at {@code end}. */
    private void flush(DiskFile file, long end) throws IOException {
        buffer.flip();
        if (buffer.hasRemaining()) {
            file.write(buffer, end - buffer.remaining());
        }
    }
}
