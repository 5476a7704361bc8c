package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import io.grpc.netty.shaded.io.netty.util.collection.LongObjectHashMap;
import io.grpc.netty.shaded.io.netty.util.collection.LongObjectMap;
import io.quorlite.raft.transport.PeerUnavailableException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An established connection to a member, whose hello is checked: reads frames, writes frames, matches answers to calls and
 * notices silence. {@link #call}, {@link #send}, {@link #reply} and {@link #close} may be called by any thread; all else
 * happens on the channel's event loop, which owns the fields that are not marked otherwise.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a channel shows as the end of the channel
final class PeerConnection extends ByteToMessageDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);

    /** How far behind its deadline a call may be failed; bounds the work of looking for such calls. */
    private static final long EXPIRY_MILLIS = 20;

    private static final long PING = 0;
    private static final int SILENT_TICKS_OUTBOUND = 3;
    private static final int SILENT_TICKS_INBOUND = 6;

    /** A connection that is needed by nobody is closed after this many ticks. */
    private static final int UNUSED_TICKS = 300;

    /** Hears of the end of a connection, on its event loop. */
    interface Owner {
        void closed(PeerConnection connection, String reason);

        /** Whether to keep a connection that nobody uses. */
        boolean kept();
    }

    private final long memberId;
    private final boolean outbound;
    private final Channel channel;
    private final PeerTransportConfig config;
    private final RequestSinks sinks;
    private final Owner owner;
    private final OutboundQueue queue;
    private final @Nullable X509Certificate certificate;
    private final AtomicLong nextRequestId = new AtomicLong(1); // shared by all callers
    private final AtomicInteger outstandingCalls = new AtomicInteger(); // shared by all callers
    private volatile @Nullable String closeReason;
    private volatile boolean used;

    private final SilenceWatch silence;
    private final LongObjectMap<PendingCall> pending = new LongObjectHashMap<>();
    private boolean expiryScheduled;
    private int unusedTicks;

    PeerConnection(
            long memberId,
            boolean outbound,
            Channel channel,
            PeerTransportConfig config,
            RequestSinks sinks,
            Owner owner) {
        this.memberId = memberId;
        this.outbound = outbound;
        this.channel = channel;
        this.config = config;
        this.sinks = sinks;
        this.owner = owner;
        this.certificate = PeerTls.certificate(channel.pipeline());
        this.silence = new SilenceWatch(channel, outbound, outbound ? SILENT_TICKS_OUTBOUND : SILENT_TICKS_INBOUND);
        this.queue = new OutboundQueue(channel, config.outboundBytesMax(), this::written, this::neverWritten);
    }

    long memberId() {
        return memberId;
    }

    /** What the other side showed; null on plain text. */
    @Nullable X509Certificate certificate() {
        return certificate;
    }

    /** Calls the peer. The payload is written into its frame before this method returns. */
    void call(int kind, FrameBody body, long timeoutNanos, ReplyListener listener) {
        used = true;
        int frameBytes = Frame.HEADER_BYTES + body.bytes();
        if (frameBytes > config.frameBytesMax() || frameBytes < 0) {
            listener.failed(tooLarge(frameBytes));
            return;
        }
        if (outstandingCalls.incrementAndGet() > config.pendingCallsMax()) {
            outstandingCalls.decrementAndGet();
            listener.failed(overloaded("too many calls wait for answers of "));
            return;
        }
        if (!queue.reserve(frameBytes)) {
            outstandingCalls.decrementAndGet();
            listener.failed(overloaded("too many bytes wait to be sent to "));
            return;
        }
        long requestId = nextRequestId.getAndIncrement();
        ByteBuf frame;
        try {
            frame = encode(kind, 0, requestId, body, frameBytes);
        } catch (RuntimeException e) {
            outstandingCalls.decrementAndGet();
            throw e;
        }
        queue.add(frame, new PendingCall(requestId, kind, System.nanoTime() + timeoutNanos, listener));
    }

    /** Sends without an answer; false where it was dropped. */
    boolean send(int kind, FrameBody body) {
        used = true;
        int frameBytes = Frame.HEADER_BYTES + body.bytes();
        if (frameBytes > config.frameBytesMax() || frameBytes < 0 || !queue.reserve(frameBytes)) {
            return false;
        }
        queue.add(encode(kind, Frame.ONE_WAY, 0, body, frameBytes), null);
        return true;
    }

    /** Answers a request of the peer. A peer that does not read its answers loses the connection. */
    void reply(int kind, int flags, long requestId, FrameBody body) {
        int frameBytes = Frame.HEADER_BYTES + body.bytes();
        if (frameBytes > config.frameBytesMax() || frameBytes < 0) {
            close("an answer of " + frameBytes + " bytes to a request of kind " + kind
                    + " is longer than a frame may be");
        } else if (!queue.reserve(frameBytes)) {
            close("it does not read its answers");
        } else {
            queue.add(encode(kind, flags, requestId, body, frameBytes), null);
        }
    }

    /** Closes the connection; the first reason counts. */
    void close(String reason) {
        if (closeReason == null) {
            closeReason = reason;
        }
        channel.close();
    }

    private ByteBuf encode(int kind, int flags, long requestId, FrameBody body, int frameBytes) {
        ByteBuf frame = Frame.allocate(channel.alloc(), kind, flags, requestId, body.bytes());
        boolean whole = false;
        try {
            body.write(frame);
            whole = frame.readableBytes() == frameBytes;
        } finally {
            if (!whole) {
                frame.release();
                queue.release(frameBytes);
            }
        }
        if (!whole) {
            throw new IllegalStateException(
                    "a body of kind " + kind + " wrote another number of bytes than it announced");
        }
        return frame;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        scheduleTick();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        silence.received();
        super.channelRead(ctx, message);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < Frame.LENGTH_BYTES) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        if (length < Frame.HEADER_BYTES - Frame.LENGTH_BYTES || length > config.frameBytesMax() - Frame.LENGTH_BYTES) {
            in.skipBytes(in.readableBytes());
            close("it sent a frame of length " + length);
            return;
        }
        if (in.readableBytes() < Frame.LENGTH_BYTES + length) {
            return;
        }
        ByteBuf frame = in.skipBytes(Frame.LENGTH_BYTES).readSlice(length);
        if (channel.isActive()) {
            dispatch(frame.readUnsignedByte(), frame.readUnsignedByte(), frame.readLong(), frame);
        }
    }

    private void dispatch(int kind, int flags, long requestId, ByteBuf payload) {
        if ((flags & Frame.REPLY) != 0) {
            answered(kind, flags, requestId, payload);
        } else if (kind == PeerKinds.CONTROL) {
            reply(kind, Frame.REPLY, requestId, FrameBody.of(new byte[0]));
        } else {
            sinks.accept(new InboundRequest(this, kind, requestId, (flags & Frame.ONE_WAY) != 0), kind, payload);
        }
    }

    private void answered(int kind, int flags, long requestId, ByteBuf payload) {
        if (kind == PeerKinds.CONTROL) {
            return; // that it came is all there is to know
        }
        PendingCall call = pending.remove(requestId);
        if (call == null) {
            return; // it was given up before
        }
        outstandingCalls.decrementAndGet();
        if ((flags & Frame.FAILURE) != 0) {
            fail(call, failureOf(payload));
        } else {
            tell(() -> call.listener().replied(payload));
        }
    }

    private PeerUnavailableException failureOf(ByteBuf payload) {
        int failure = payload.isReadable() ? payload.readUnsignedByte() : Frame.FAILURE_FAILED;
        String message = MemberIds.text(memberId) + ": " + payload.toString(StandardCharsets.UTF_8);
        return switch (failure) {
            case Frame.FAILURE_UNHANDLED -> new PeerUnavailableException(Reason.UNHANDLED, message);
            case Frame.FAILURE_OVERLOADED -> new PeerUnavailableException(Reason.OVERLOADED, message);
            default -> new PeerUnavailableException(Reason.FAILED, message);
        };
    }

    private void written(PendingCall call) {
        pending.put(call.requestId(), call);
        scheduleExpiry();
    }

    private void neverWritten(PendingCall call) {
        outstandingCalls.decrementAndGet();
        fail(
                call,
                new PeerUnavailableException(
                        Reason.NOT_CONNECTED,
                        "the connection to " + MemberIds.text(memberId) + " was closed before sending"));
    }

    private void scheduleExpiry() {
        if (!expiryScheduled) {
            expiryScheduled = true;
            channel.eventLoop().schedule(this::expire, EXPIRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void expire() {
        expiryScheduled = false;
        long now = System.nanoTime();
        List<PendingCall> expired = new ArrayList<>();
        for (Iterator<PendingCall> calls = pending.values().iterator(); calls.hasNext(); ) {
            PendingCall call = calls.next();
            if (now - call.deadlineNanos() >= 0) {
                expired.add(call);
            }
        }
        for (PendingCall call : expired) {
            pending.remove(call.requestId());
            outstandingCalls.decrementAndGet();
            fail(
                    call,
                    new PeerUnavailableException(
                            Reason.TIMEOUT,
                            MemberIds.text(memberId) + " did not answer in time (kind " + call.kind() + ")"));
        }
        if (!pending.isEmpty()) {
            scheduleExpiry();
        }
    }

    private void scheduleTick() {
        // An inbound connection is pinged by its other end, so all it needs is to notice that nothing comes for long.
        long millis = outbound
                ? Math.max(1, config.silenceTimeoutMillis() / (SILENT_TICKS_OUTBOUND + 1))
                : 2L * config.silenceTimeoutMillis();
        channel.eventLoop().schedule(this::tick, millis, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        if (!channel.isActive()) {
            return;
        }
        switch (silence.tick(queue.flushedBytes())) {
            case ASK -> ping();
            case GONE -> {
                close("it was silent for too long");
                return;
            }
            case FINE -> {}
        }
        unusedTicks = used || owner.kept() ? 0 : unusedTicks + 1;
        used = false;
        if (unusedTicks > UNUSED_TICKS) {
            close("it is not needed any more");
            return;
        }
        scheduleTick();
    }

    private void ping() {
        // A ping needs no room in the bounded queue: there is one at a time.
        channel.writeAndFlush(Frame.allocate(channel.alloc(), PeerKinds.CONTROL, 0, PING, 0));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        String reason = closeReason == null ? "it closed the connection" : closeReason;
        List<PendingCall> lost = new ArrayList<>(pending.values());
        pending.clear();
        // The owner first: whoever tries again in reaction to a failed call must not meet this connection any more.
        owner.closed(this, reason);
        for (PendingCall call : lost) {
            outstandingCalls.decrementAndGet();
            fail(
                    call,
                    new PeerUnavailableException(
                            Reason.CONNECTION_LOST,
                            "the connection to " + MemberIds.text(memberId) + " was lost before the answer came"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        close(String.valueOf(cause.getMessage()));
    }

    private void fail(PendingCall call, PeerUnavailableException failure) {
        tell(() -> call.listener().failed(failure));
    }

    /** A listener that throws must cost neither the other calls nor the connection. */
    private static void tell(Runnable notification) {
        try {
            notification.run();
        } catch (RuntimeException e) {
            LOG.error("a listener of a peer call failed", e);
        }
    }

    private PeerUnavailableException tooLarge(int frameBytes) {
        return new PeerUnavailableException(
                Reason.TOO_LARGE,
                "a frame of " + frameBytes + " bytes is longer than " + config.frameBytesMax() + " bytes");
    }

    private PeerUnavailableException overloaded(String what) {
        return new PeerUnavailableException(Reason.OVERLOADED, what + MemberIds.text(memberId));
    }
}
