package io.quorlite.raft.log;

import io.quorlite.replication.CorruptLogException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What is known of the log apart from its segments: the {@link SlotFile} called {@code state}. Written by one thread.
 *
 * <p>It exists before the first segment does, names the newest segment, so that a lost one is noticed, and announces each
 * truncation before any byte of the truncated entries changes, so that one which a crash interrupts is finished at the next
 * open and never looks like damage.
 */
final class LogState implements Closeable {
    private static final String NAME = "state";
    private static final long MAGIC = 0x514c4c4f47535420L; // "QLLOGST "

    /**
     * @param firstIndex the first index of the log; what segments hold below it is gone
     * @param newestSegment the first index of the newest segment; 0 for none
     * @param truncateTo a truncation under way: entries above it are gone; -1 for none
     */
    record Value(long firstIndex, long newestSegment, long truncateTo) {
        static final long NO_TRUNCATION = -1;

        private byte[] encode() {
            return ByteBuffer.allocate(24)
                    .putLong(firstIndex)
                    .putLong(newestSegment)
                    .putLong(truncateTo)
                    .array();
        }

        private static Value decode(byte[] payload, Path path) throws CorruptLogException {
            if (payload.length != 24) {
                throw new CorruptLogException(path + " holds " + payload.length + " bytes and not the state of a log");
            }
            ByteBuffer fields = ByteBuffer.wrap(payload);
            return new Value(fields.getLong(), fields.getLong(), fields.getLong());
        }
    }

    private final SlotFile file;
    private Value value;

    private LogState(SlotFile file, Value value) {
        this.file = file;
        this.value = value;
    }

    static boolean exists(Disk disk, Path directory) throws IOException {
        return disk.exists(directory.resolve(NAME));
    }

    static LogState open(Disk disk, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        SlotFile file = SlotFile.open(disk, directory, NAME, MAGIC, new Value(1, 0, Value.NO_TRUNCATION).encode());
        try {
            return new LogState(file, Value.decode(file.payload(), path));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    Value value() {
        return value;
    }

    /** Durable on return. */
    void write(long firstIndex, long newestSegment, long truncateTo) throws IOException {
        Value next = new Value(firstIndex, newestSegment, truncateTo);
        file.write(next.encode());
        value = next;
    }

    void write(long firstIndex, long newestSegment) throws IOException {
        write(firstIndex, newestSegment, Value.NO_TRUNCATION);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
