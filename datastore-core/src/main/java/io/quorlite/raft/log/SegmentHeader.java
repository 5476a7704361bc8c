package io.quorlite.raft.log;

import io.quorlite.replication.CorruptLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The head of a segment file.
 *
 * <pre>
 * 0 magic "QLSEGMNT" (8) | 8 version (4) | 12 salt (4) | 16 first index (8) | 24 zeros | 60 CRC-32C of bytes 0 to 59 (4)
 * </pre>
 *
 * <p>The salt is drawn for each file and goes into the checksum of each record, so that no bytes of another file, and none
 * that a client chose, pass for a record of this one.
 */
record SegmentHeader(long firstIndex, int salt) {
    static final int BYTES = 64;

    private static final long MAGIC = 0x514c5345474d4e54L;
    private static final int VERSION = 1;
    private static final int CRC_AT = 60;

    ByteBuffer encode() {
        ByteBuffer header = ByteBuffer.allocate(BYTES);
        header.putLong(MAGIC).putInt(VERSION).putInt(salt).putLong(firstIndex);
        header.putInt(CRC_AT, crc(header.array()));
        return header.rewind();
    }

    /** Reads the header of {@code path}; segments get their names only when their headers are durable, so none is torn. */
    static SegmentHeader read(Path path, DiskFile file) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(BYTES);
        int length = file.read(header, 0);
        if (length < BYTES || header.getLong(0) != MAGIC || header.getInt(CRC_AT) != crc(header.array())) {
            throw new CorruptLogException(path + " is damaged at offset 0: not the header of a segment");
        }
        if (header.getInt(8) != VERSION) {
            throw new CorruptLogException(
                    path + " has format version " + header.getInt(8) + "; this build reads " + VERSION);
        }
        return new SegmentHeader(header.getLong(16), header.getInt(12));
    }

    private static int crc(byte[] header) {
        CRC32C crc = new CRC32C();
        crc.update(header, 0, CRC_AT);
        return (int) crc.getValue();
    }
}
