package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.system.SystemRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The checksums of stored records. Not thread-safe: it keeps a scratch buffer; each connection has its own.
 *
 * <p>A row of the history carries two CRC-32C in one number, so that a scan that does not want values need not read them:
 *
 * <pre>
 *   63                            32 31                             0
 *  +--------------------------------+--------------------------------+
 *  | head: all columns but the value,|            value               |
 *  |       and the value's CRC       |                                |
 *  +--------------------------------+--------------------------------+
 * </pre>
 */
final class Checksum {
    private static final int HEAD_BYTES = 4 * Long.BYTES + Integer.BYTES;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    private final ByteBuffer numbers = ByteBuffer.allocate(Long.BYTES);

    /** The checksum of a history row. */
    long ofRow(long packed, KeyValue kv) {
        int value = ofValue(kv.value());
        return join(ofHead(packed, kv, value), value);
    }

    /** Whether everything of a row but its value is what was written. */
    boolean headMatches(long stored, long packed, KeyValue kv) {
        return (int) (stored >>> 32) == ofHead(packed, kv, (int) stored);
    }

    boolean valueMatches(long stored, Bytes value) {
        return (int) stored == ofValue(value);
    }

    /** The checksum of a record that is nothing but numbers. */
    long ofNumbers(long... record) {
        crc.reset();
        for (long number : record) {
            numbers.clear().putLong(number);
            crc.update(numbers.array());
        }
        return crc.getValue();
    }

    /** The checksum of a system record, never negative. */
    long ofRecord(SystemRecord record) {
        byte[] name = record.name().getBytes(StandardCharsets.UTF_8);
        crc.reset();
        crc.update(numbers.clear().putLong(name.length).array());
        crc.update(name);
        crc.update(numbers.clear().putLong(record.version()).array());
        crc.update(record.value().unsafeArray());
        return crc.getValue();
    }

    private int ofValue(Bytes value) {
        crc.reset();
        crc.update(value.unsafeArray());
        return (int) crc.getValue();
    }

    private int ofHead(long packed, KeyValue kv, int valueCrc) {
        head.clear()
                .putLong(packed)
                .putLong(kv.createRevision())
                .putLong(kv.version())
                .putLong(kv.lease())
                .putInt(valueCrc);
        crc.reset();
        crc.update(head.array());
        crc.update(kv.key().unsafeArray());
        return (int) crc.getValue();
    }

    private static long join(int head, int value) {
        return ((long) head << 32) | (value & 0xffff_ffffL);
    }
}
