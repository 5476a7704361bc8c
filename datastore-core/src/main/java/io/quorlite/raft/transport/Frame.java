package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;

/** The layout of a frame; the picture is in the package's description. */
final class Frame {
    static final int LENGTH_BYTES = 4;
    static final int HEADER_BYTES = LENGTH_BYTES + 1 + 1 + 8;

    /** An answer; the request id is that of its request. */
    static final int REPLY = 1;

    /** With {@link #REPLY}: the payload is a byte that says why (a {@code FAILURE_} constant) and a message in UTF-8. */
    static final int FAILURE = 2;

    /** A request that wants no answer. */
    static final int ONE_WAY = 4;

    static final int FAILURE_UNHANDLED = 1;
    static final int FAILURE_OVERLOADED = 2;
    static final int FAILURE_FAILED = 3;

    private Frame() {}

    /** A buffer for a whole frame with its header written; the payload of exactly {@code payloadBytes} is to follow. */
    static ByteBuf allocate(ByteBufAllocator allocator, int kind, int flags, long requestId, int payloadBytes) {
        ByteBuf buffer = allocator.ioBuffer(HEADER_BYTES + payloadBytes, HEADER_BYTES + payloadBytes);
        buffer.writeInt(HEADER_BYTES - LENGTH_BYTES + payloadBytes);
        buffer.writeByte(kind);
        buffer.writeByte(flags);
        buffer.writeLong(requestId);
        return buffer;
    }
}
