package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;

/** What becomes of a call. Exactly one method is called, once, mostly on the event loop; neither may block. */
interface ReplyListener {
    /**
     * The answer came.
     *
     * @param payload to be read during this call only
     */
    void replied(ByteBuf payload);

    void failed(PeerUnavailableException failure);
}
