package io.quorlite.raft.log;

import io.quorlite.replication.CorruptLogException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A small value that is replaced durably: two slots, written in turn, each with a sequence number and a checksum. Not
 * thread-safe.
 *
 * <pre>
 * slot 0 at 0, slot 1 at 4096, the value of sequence n in slot n mod 2; a slot (512 bytes, one sector):
 *   0 magic (8) | 8 version (4) | 12 payload length (4) | 16 sequence (8) | 24 payload, zeros
 *   500 CRC-32C of bytes 0 to 499 (4) | 504 end mark (8), a mixture of the sequence
 * </pre>
 *
 * <p><b>Torn or damaged.</b> A slot that fails its checksum is either a write that a crash tore, which nobody was told of, or
 * the newest value, damaged later. To fall back to the older value is right in the first case and forgets a vote in the
 * second. The end mark tells them apart: it is the last of the slot to be written, so while it is still that of the value
 * two before, the write never ended. In every other case the file is refused. The mixture differs in about half its bits
 * from one sequence to the next, so that no flipped bit makes one end mark of another. A slot whose checksum is right counts
 * whatever its end mark says: its value is whole, and to keep a vote that nobody was told of is always right.
 */
final class SlotFile implements Closeable {
    static final int PAYLOAD_BYTES_MAX = 476;

    private static final int VERSION = 1;
    private static final int SLOT_BYTES = 512;
    private static final int SLOT_DISTANCE = 4096;
    private static final int FILE_BYTES = 2 * SLOT_DISTANCE;
    private static final int PAYLOAD_AT = 24;
    private static final int CRC_AT = 500;
    private static final int END_MARK_AT = 504;

    private final Path path;
    private final DiskFile file;
    private final long magic;
    private long sequence;
    private byte[] payload = new byte[0];

    private SlotFile(Path path, DiskFile file, long magic) {
        this.path = path;
        this.file = file;
        this.magic = magic;
    }

    /** Opens the file {@code name}, or makes it with {@code initial} as its value where it does not exist. */
    static SlotFile open(Disk disk, Path directory, String name, long magic, byte[] initial) throws IOException {
        Path path = directory.resolve(name);
        if (!disk.exists(path)) {
            create(disk, path, magic, initial);
        }
        SlotFile slots = new SlotFile(path, disk.open(path), magic);
        try {
            slots.load();
            disk.syncDirectory(directory);
            return slots;
        } catch (IOException | RuntimeException e) {
            slots.file.close();
            throw e;
        }
    }

    /**
     * The file appears under its name only when it is whole, with both slots filled: a short one, or one with a slot of zeros,
     * is damage, never a crash.
     */
    private static void create(Disk disk, Path path, long magic, byte[] initial) throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
        try (DiskFile file = disk.create(temporary)) {
            ByteBuffer content = ByteBuffer.allocate(FILE_BYTES);
            content.put(encode(magic, 2, initial));
            content.position(SLOT_DISTANCE);
            content.put(encode(magic, 1, initial));
            file.write(content.rewind(), 0);
            file.force();
        }
        disk.rename(temporary, path);
    }

    byte[] payload() {
        return payload.clone();
    }

    /** Replaces the value: one write. On return it is durable; after an exception the file must not be used again. */
    void write(byte[] value) throws IOException {
        put(sequence + 1, value);
        sequence++;
        payload = value.clone();
    }

    private void put(long number, byte[] value) throws IOException {
        file.write(encode(magic, number, value), (number & 1) * SLOT_DISTANCE);
        file.force();
    }

    private void load() throws IOException {
        if (file.size() < FILE_BYTES) {
            throw new CorruptLogException(path + " is cut off: " + file.size() + " of " + FILE_BYTES + " bytes");
        }
        ByteBuffer first = readSlot(0);
        ByteBuffer second = readSlot(1);
        long firstSequence = sequenceOf(first, 0);
        long secondSequence = sequenceOf(second, 1);
        if (firstSequence > 0 && secondSequence > 0) {
            if (Math.abs(firstSequence - secondSequence) != 1) {
                throw new CorruptLogException(
                        path + " has slots that never stood side by side: " + firstSequence + " and " + secondSequence);
            }
            take(firstSequence > secondSequence ? first : second);
        } else if (firstSequence > 0) {
            takeBesideTorn(first, second);
        } else if (secondSequence > 0) {
            takeBesideTorn(second, first);
        } else {
            throw new CorruptLogException(path + " is damaged: no slot has a valid checksum");
        }
        // The slot may have come from a page cache that a failed sync left behind: the disk gets it again before it
        // counts.
        put(sequence, payload);
    }

    private void takeBesideTorn(ByteBuffer valid, ByteBuffer other) throws IOException {
        take(valid);
        // The other slot of sequence 1 holds 2, which was there from the start.
        if (sequence == 1 || other.getLong(END_MARK_AT) != endMark(sequence - 1)) {
            throw new CorruptLogException(path
                    + " is damaged: a slot was written to its end, but its checksum is wrong (the other has sequence "
                    + sequence + ")");
        }
    }

    private void take(ByteBuffer slot) {
        sequence = slot.getLong(16);
        payload = new byte[slot.getInt(12)];
        slot.get(PAYLOAD_AT, payload);
    }

    private ByteBuffer readSlot(int number) throws IOException {
        ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
        file.read(slot, (long) number * SLOT_DISTANCE);
        return slot.rewind();
    }

    /** The sequence of a slot, or 0 if the slot is not valid. */
    private long sequenceOf(ByteBuffer slot, int number) throws IOException {
        long found = slot.getLong(16);
        if (slot.getInt(CRC_AT) != crc(slot) || slot.getLong(0) != magic) {
            return 0;
        }
        if (slot.getInt(8) != VERSION) {
            throw new CorruptLogException(
                    path + " has format version " + slot.getInt(8) + "; this build reads " + VERSION);
        }
        int length = slot.getInt(12);
        if (found <= 0 || (found & 1) != number || length < 0 || length > PAYLOAD_BYTES_MAX) {
            throw new CorruptLogException(path + " is damaged: slot " + number + " has sequence " + found);
        }
        return found;
    }

    private static ByteBuffer encode(long magic, long sequence, byte[] value) {
        if (value.length > PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException("value of " + value.length + " bytes, at most " + PAYLOAD_BYTES_MAX);
        }
        ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
        slot.putLong(magic)
                .putInt(VERSION)
                .putInt(value.length)
                .putLong(sequence)
                .put(value);
        slot.putInt(CRC_AT, crc(slot));
        slot.putLong(END_MARK_AT, endMark(sequence));
        return slot.rewind();
    }

    private static int crc(ByteBuffer slot) {
        CRC32C crc = new CRC32C();
        crc.update(slot.slice(0, CRC_AT));
        return (int) crc.getValue();
    }

    /** MurmurHash3's 64-bit finalizer. */
    private static long endMark(long sequence) {
        long mark = sequence;
        mark = (mark ^ (mark >>> 33)) * 0xff51afd7ed558ccdL;
        mark = (mark ^ (mark >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mark ^ (mark >>> 33);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
