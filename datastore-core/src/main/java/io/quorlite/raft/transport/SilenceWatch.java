package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelOutboundBuffer;

/**
 * Tells a peer that is gone from one that has nothing to say: after a tick without a byte it asks for a sign of life, and
 * after some more it gives up. Not thread-safe; belongs to the connection's event loop.
 *
 * <p>It counts ticks rather than time: after a pause of this process the loop first reads what has arrived meanwhile, so the
 * pause counts as one silent tick and not as the silence of all peers.
 *
 * <p>The question for a sign of life travels behind all that was written before it. A peer that is given much to read is
 * therefore given longer, and counting begins anew whenever the socket has taken more; else a frame that takes long to
 * transfer would cost the connection each time it is sent.
 */
final class SilenceWatch {
    /** What a peer is expected to take in during a tick, however slow it is. */
    private static final int BYTES_PER_TICK = 512 << 10;

    enum Verdict {
        FINE,
        ASK,
        GONE
    }

    private final Channel channel;
    private final boolean asks;
    private final int silentTicksMax;
    private boolean received;
    private boolean asked;
    private int silentTicks;
    private long flushedAtLastSign;
    private long unwrittenAtLastTick;

    /**
     * Starts to watch.
     *
     * @param asks whether to ask a silent peer, or only to wait for it
     */
    SilenceWatch(Channel channel, boolean asks, int silentTicksMax) {
        this.channel = channel;
        this.asks = asks;
        this.silentTicksMax = silentTicksMax;
    }

    void received() {
        received = true;
    }

    /**
     * Looks at what has happened since the last tick.
     *
     * @param flushedBytes all that the socket has taken so far in whole frames
     */
    Verdict tick(long flushedBytes) {
        long unwritten = unwritten();
        boolean writing = unwritten != unwrittenAtLastTick;
        unwrittenAtLastTick = unwritten;
        if (received) {
            received = false;
            asked = false;
            silentTicks = 0;
            flushedAtLastSign = flushedBytes;
            return Verdict.FINE;
        }
        if (asks && !asked) {
            asked = true;
            return Verdict.ASK;
        }
        if (writing) {
            silentTicks = 0;
            return Verdict.FINE;
        }
        silentTicks++;
        long grantedTicks = (flushedBytes - flushedAtLastSign) / BYTES_PER_TICK;
        return silentTicks >= silentTicksMax + grantedTicks ? Verdict.GONE : Verdict.FINE;
    }

    /** A number that changes when the socket takes bytes of a frame, or new ones wait. */
    private long unwritten() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        if (buffer == null) {
            return 0;
        }
        long rest = buffer.current() instanceof ByteBuf head ? head.readableBytes() : 0;
        return buffer.totalPendingWriteBytes() + rest;
    }
}
