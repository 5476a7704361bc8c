package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;

/** Takes the requests of one kind on the event loop. */
interface RequestSink {
    /**
     * Takes a request.
     *
     * @param payload to be read during this call only
     */
    void accept(InboundRequest request, ByteBuf payload);
}
