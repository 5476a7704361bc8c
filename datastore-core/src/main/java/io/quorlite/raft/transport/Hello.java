package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;

/**
 * The first message in each direction of a connection. Its fixed part has the same layout in all protocol versions to come.
 *
 * @param status 0 for welcome; only the accepting side refuses, and says so apart to a member that was removed
 */
record Hello(int version, int status, long clusterId, long fromMemberId, long toMemberId) {
    static final int BYTES = 32;
    static final int MAGIC = 0x514C5250; // "QLRP"
    static final int VERSION = 1;
    static final int WELCOME = 0;
    static final int REFUSED = 1;
    static final int REMOVED = 2;
    static final int REASON_BYTES_MAX = 1024;

    void write(ByteBuf out) {
        out.writeInt(MAGIC).writeShort(version).writeShort(status);
        out.writeLong(clusterId).writeLong(fromMemberId).writeLong(toMemberId);
    }

    /** Reads a hello whose magic was checked before. */
    static Hello read(ByteBuf in) {
        in.skipBytes(Integer.BYTES);
        return new Hello(in.readUnsignedShort(), in.readUnsignedShort(), in.readLong(), in.readLong(), in.readLong());
    }

    /** Whether what has arrived so far can still become a hello. */
    static boolean mayBegin(ByteBuf in) {
        int bytes = Math.min(in.readableBytes(), Integer.BYTES);
        for (int i = 0; i < bytes; i++) {
            if (in.getByte(in.readerIndex() + i) != (byte) (MAGIC >>> (24 - 8 * i))) {
                return false;
            }
        }
        return true;
    }
}
