package io.quorlite.raft.log;

import io.quorlite.sofajraft.entity.EnumOutter.EntryType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The head of a record in a segment file.
 *
 * <pre>
 *  0 CRC-32C of all that follows, padding included, xor the segment's salt (4)
 *  4 payload length, without padding (4)
 *  8 magic "QR" (2) | 10 kind (1) | 11 entry type (1)
 * 12 flags: which parts the payload has (4)
 * 16 index (8)
 * 24 term (8)
 * 32 synced offset (4) | 36 zero (4)
 * 40 payload, padded with zeros to a multiple of 8
 * </pre>
 *
 * <p>The <b>synced offset</b> is the offset in this file before which everything had been forced to the disk when this record
 * was written. It is the same for all records of one append. It is what tells a torn append from damage: a record that is
 * invalid although a later record names a greater synced offset had been acknowledged, and no crash explains that.
 *
 * <p>A <b>mark</b> is a record without payload, written behind the newest entry after that was forced, and overwritten by
 * the next append. It carries the index and term of that entry and its own offset as synced offset, so that damage to the
 * newest entries shows, too. It is not forced on its own (only at close): it costs a write into a page that is written next
 * anyway, and where a loss of power takes it, only the proof is lost.
 *
 * @param kind {@link #ENTRY} or {@link #MARK}
 */
record RecordHeader(
        int crc, int payloadLength, byte kind, byte entryType, int flags, long index, long term, int syncedOffset) {
    static final int BYTES = 40;
    static final byte ENTRY = 1;
    static final byte MARK = 2;

    private static final short MAGIC = 0x5152;
    private static final int ALL_FLAGS = 0x1f;

    /** The bytes a record with such a payload takes. */
    static long recordBytes(long payloadLength) {
        return BYTES + ((payloadLength + 7) & ~7L);
    }

    static RecordHeader entry(int payloadLength, EntryType type, int flags, long index, long term, int syncedOffset) {
        return new RecordHeader(0, payloadLength, ENTRY, (byte) type.getNumber(), flags, index, term, syncedOffset);
    }

    static RecordHeader mark(long index, long term, int offset) {
        return new RecordHeader(0, 0, MARK, (byte) 0, 0, index, term, offset);
    }

    /** Writes the header with 0 for the checksum. */
    void writeTo(ByteBuffer target) {
        target.putInt(0).putInt(payloadLength);
        target.putShort(MAGIC).put(kind).put(entryType).putInt(flags);
        target.putLong(index).putLong(term);
        target.putInt(syncedOffset).putInt(0);
    }

    /** Reads what may be a header; null if it cannot be one. The checksum is still to be compared. */
    static @Nullable RecordHeader parse(ByteBuffer source, int at) {
        if (source.getShort(at + 8) != MAGIC || source.getInt(at + 36) != 0) {
            return null;
        }
        RecordHeader header = new RecordHeader(
                source.getInt(at),
                source.getInt(at + 4),
                source.get(at + 10),
                source.get(at + 11),
                source.getInt(at + 12),
                source.getLong(at + 16),
                source.getLong(at + 24),
                source.getInt(at + 32));
        return header.isPlausible() ? header : null;
    }

    private boolean isPlausible() {
        boolean shaped = kind == ENTRY
                ? EntryType.forNumber(entryType) != null && (flags & ~ALL_FLAGS) == 0
                : kind == MARK && payloadLength == 0 && flags == 0;
        return shaped && payloadLength >= 0 && index >= 0 && term >= 0 && syncedOffset >= SegmentHeader.BYTES;
    }

    long recordBytes() {
        return recordBytes(payloadLength);
    }
}
