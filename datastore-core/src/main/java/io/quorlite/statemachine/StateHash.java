package io.quorlite.statemachine;

import io.quorlite.lease.Lease;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.system.SystemRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A running hash of everything applied: each change is folded into the hash of all changes before. Two replicas that differ at
 * an applied index have applied different things. It finds mistakes and rotten memory, it does not withstand an adversary. Not
 * thread-safe.
 */
final class StateHash {
    private static final int PUT = 1;
    private static final int DELETE = 2;
    private static final int LEASE_SAVED = 3;
    private static final int LEASE_REVOKED = 4;
    private static final int COMPACTED = 5;
    private static final int RECORD_SAVED = 6;
    private static final int RECORD_DELETED = 7;

    private final CRC32C crc = new CRC32C();
    private final byte[] numbers = new byte[7 * Long.BYTES];
    private final ByteBuffer buffer = ByteBuffer.wrap(numbers);
    private long value;

    StateHash(long value) {
        this.value = value;
    }

    long value() {
        return value;
    }

    void events(List<KeyEvent> events) {
        for (KeyEvent event : events) {
            event(event);
        }
    }

    void leaseSaved(Lease lease) {
        fold(LEASE_SAVED, lease.id(), lease.ttlSeconds(), lease.remainingSeconds());
    }

    void leaseRevoked(long leaseId) {
        fold(LEASE_REVOKED, leaseId, 0, 0);
    }

    void compacted(long revision) {
        fold(COMPACTED, revision, 0, 0);
    }

    void recordSaved(SystemRecord record) {
        record(RECORD_SAVED, record.version(), record.name(), record.value().unsafeArray());
    }

    void recordDeleted(String name) {
        record(RECORD_DELETED, 0, name, new byte[0]);
    }

    private void record(int kind, long version, String name, byte[] value) {
        byte[] nameBytes = name.getBytes(StandardCharsets.US_ASCII);
        crc.reset();
        buffer.clear().putLong(kind).putLong(version).putInt(nameBytes.length);
        crc.update(numbers, 0, buffer.position());
        crc.update(nameBytes);
        crc.update(value);
        mix();
    }

    private void event(KeyEvent event) {
        KeyValue kv = event.kv();
        crc.reset();
        // The length parts key from value, the rest are numbers of fixed width.
        buffer.clear()
                .putLong(kv.isTombstone() ? DELETE : PUT)
                .putLong(kv.modRevision())
                .putInt(event.sub())
                .putInt(kv.key().length())
                .putLong(kv.createRevision())
                .putLong(kv.version())
                .putLong(kv.lease());
        crc.update(numbers, 0, buffer.position());
        crc.update(kv.key().unsafeArray());
        crc.update(kv.value().unsafeArray());
        mix();
    }

    private void fold(int kind, long first, long second, long third) {
        crc.reset();
        buffer.clear().putLong(kind).putLong(first).putLong(second).putLong(third);
        crc.update(numbers, 0, buffer.position());
        mix();
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014) over the chain and the change's checksum. */
    private void mix() {
        long z = (value ^ crc.getValue()) + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        value = z ^ z >>> 31;
    }
}
