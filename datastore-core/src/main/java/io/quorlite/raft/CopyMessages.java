package io.quorlite.raft;

import io.quorlite.raft.transport.PeerKinds;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The requests by which a member fetches a copy of the leader's database.
 *
 * <pre>
 * OPEN  least index wanted (8)                     -> copy id (8) length (8) CRC-32C of all (4); nothing: being made, ask again
 * READ  copy id (8) offset (8) bytes wanted (4)    -> CRC-32C of the chunk (4) chunk (rest)
 * DONE  copy id (8)                                -> nothing
 * </pre>
 *
 * Replies are wrapped in an {@link Answer}.
 */
final class CopyMessages {
    static final int OPEN = PeerKinds.SNAPSHOT_FIRST;
    static final int READ = PeerKinds.SNAPSHOT_FIRST + 1;
    static final int DONE = PeerKinds.SNAPSHOT_FIRST + 2;

    static final int CHUNK_BYTES_MAX = 1 << 20;
    private static final int CRC_BYTES = 4;

    private CopyMessages() {}

    /** A copy that can be read. */
    record Opened(long copyId, long length, int crc) {
        byte[] encode() {
            return ByteBuffer.allocate(20)
                    .putLong(copyId)
                    .putLong(length)
                    .putInt(crc)
                    .array();
        }

        static Opened decode(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            return new Opened(in.getLong(), in.getLong(), in.getInt());
        }
    }

    static byte[] readRequest(long copyId, long offset, int length) {
        return ByteBuffer.allocate(20)
                .putLong(copyId)
                .putLong(offset)
                .putInt(length)
                .array();
    }

    static byte[] longRequest(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    static byte[] chunk(byte[] data) {
        return ByteBuffer.allocate(CRC_BYTES + data.length)
                .putInt(DurableFiles.crc(data, 0, data.length))
                .put(data)
                .array();
    }

    /** @return the chunk's bytes, or null where the checksum does not fit */
    static @Nullable ByteBuffer checkedChunk(byte[] message) {
        if (message.length < CRC_BYTES) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(message);
        int crc = in.getInt();
        return crc == DurableFiles.crc(message, CRC_BYTES, message.length - CRC_BYTES) ? in : null;
    }
}
