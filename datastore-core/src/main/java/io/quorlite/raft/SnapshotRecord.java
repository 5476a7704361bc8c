package io.quorlite.raft;

import io.quorlite.replication.CorruptLogException;
import io.quorlite.sofajraft.entity.RaftOutter.SnapshotMeta;
import io.quorlite.sofajraft.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot as the engine knows it: not data, which is the database itself, but the index up to which the database is
 * durable, its term, and the members there.
 *
 * <pre>
 * file "snapshot": magic "QLSN" (4) | version = 1 (4) | length (4) | engine's SnapshotMeta, protobuf (length) | CRC-32C of all before (4)
 * </pre>
 */
final class SnapshotRecord {
    private static final int MAGIC = 0x514C534E;
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 12;
    private static final int CRC_BYTES = 4;

    private SnapshotRecord() {}

    static void write(Path file, SnapshotMeta meta) throws IOException {
        byte[] body = meta.toByteArray();
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + body.length + CRC_BYTES);
        bytes.putInt(MAGIC).putInt(VERSION).putInt(body.length).put(body);
        bytes.putInt(DurableFiles.crc(bytes.array(), 0, HEADER_BYTES + body.length));
        DurableFiles.replace(file, bytes.array());
    }

    /** @return null where there is none yet */
    static @Nullable SnapshotMeta read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER_BYTES + CRC_BYTES
                || in.getInt() != MAGIC
                || in.getInt() != VERSION
                || in.getInt() != bytes.length - HEADER_BYTES - CRC_BYTES) {
            throw new CorruptLogException("not a snapshot record of version " + VERSION + ": " + file);
        }
        if (in.getInt(bytes.length - CRC_BYTES) != DurableFiles.crc(bytes, 0, bytes.length - CRC_BYTES)) {
            throw new CorruptLogException("wrong checksum in " + file);
        }
        try {
            return SnapshotMeta.parseFrom(Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length - CRC_BYTES));
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptLogException("unreadable members in " + file + ": " + e.getMessage());
        }
    }
}
