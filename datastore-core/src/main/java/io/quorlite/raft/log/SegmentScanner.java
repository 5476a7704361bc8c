package io.quorlite.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads a segment file from front to back and tells which of its bytes are records. Not thread-safe. */
final class SegmentScanner {
    private static final int WINDOW_BYTES = 256 << 10;

    private final DiskFile file;
    private final long size;
    private final int salt;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private long windowAt;

    SegmentScanner(DiskFile file, int salt) throws IOException {
        this.file = file;
        this.size = file.size();
        this.salt = salt;
    }

    /** The header of the valid record at {@code offset}, or null where there is none. */
    @Nullable RecordHeader record(long offset) throws IOException {
        if (offset + RecordHeader.BYTES > size) {
            return null;
        }
        RecordHeader header = RecordHeader.parse(window, locate(offset, RecordHeader.BYTES));
        if (header == null || offset + header.recordBytes() > size) {
            return null;
        }
        return header.crc() == (crc(offset + 4, offset + header.recordBytes()) ^ salt) ? header : null;
    }

    /** The payload of a record that {@link #record} found. */
    ByteBuffer payload(long offset, RecordHeader record) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(record.payloadLength());
        file.read(payload, offset + RecordHeader.BYTES);
        return payload.flip();
    }

    private int crc(long from, long to) throws IOException {
        crc.reset();
        for (long at = from; at < to; ) {
            int length = (int) Math.min(WINDOW_BYTES, to - at);
            crc.update(window.array(), locate(at, length), length);
            at += length;
        }
        return (int) crc.getValue();
    }

    /**
     * What follows the last valid record.
     *
     * @param marked a mark there says that everything before it is durable
     * @param clean there is nothing but zeros, apart from that mark
     * @param proof the offset of a later record which proves that more records than that were durable once; -1 for none
     */
    record Tail(boolean marked, boolean clean, long proof) {}

    /**
     * Looks at all that follows {@code end}, where the first invalid record starts.
     *
     * <p>A valid record found there whose synced offset is at most {@code end} belongs to the same append as the invalid
     * one: pages of one write reach the disk in any order, so a crash may leave a later record of it and not an earlier one,
     * and nobody was told of either. A greater synced offset proves that what stood at {@code end} had been forced.
     */
    Tail tail(long end, long lastIndex) throws IOException {
        RecordHeader first = record(end);
        boolean marked = first != null && first.kind() == RecordHeader.MARK && first.index() == lastIndex;
        boolean clean = true;
        for (long at = marked ? end + RecordHeader.BYTES : end; at < size; ) {
            if (isZero(at)) {
                at += 8;
                continue;
            }
            clean = false;
            RecordHeader found = record(at);
            if (found == null) {
                at += 8;
            } else if (found.syncedOffset() > end) {
                return new Tail(marked, false, at);
            } else {
                at += found.recordBytes();
            }
        }
        return new Tail(marked, clean, -1);
    }

    /** Whether the eight bytes from {@code offset} are zero: checksum and length, of which a record has at least the one. */
    private boolean isZero(long offset) throws IOException {
        int length = (int) Math.min(8, size - offset);
        int at = locate(offset, length);
        for (int i = 0; i < length; i++) {
            if (window.get(at + i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Moves the window, if need be, so that it has these bytes of the file, and returns where. */
    private int locate(long offset, int length) throws IOException {
        if (offset < windowAt || offset + length > windowAt + window.limit()) {
            window.clear();
            window.limit((int) Math.min(WINDOW_BYTES, size - offset));
            windowAt = offset;
            if (file.read(window, offset) < window.limit()) {
                throw new IOException("file became shorter while it was read");
            }
        }
        return (int) (offset - windowAt);
    }
}
