package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;

/** A payload that writes itself into a frame, in the thread that sends it. */
interface FrameBody {
    int bytes();

    /** Writes exactly {@link #bytes()} bytes. */
    void write(ByteBuf out);

    static FrameBody of(byte[] payload) {
        return new FrameBody() {
            @Override
            public int bytes() {
                return payload.length;
            }

            @Override
            public void write(ByteBuf out) {
                out.writeBytes(payload);
            }
        };
    }
}
