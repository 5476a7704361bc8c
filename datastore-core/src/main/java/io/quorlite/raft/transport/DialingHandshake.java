package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The dialing side of a new connection: says hello, checks the answer, then gives its place in the pipeline to the
 * connection. Waiting for the answer is also what shows that the peer accepted our certificate, which TLS 1.3 does not tell.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a channel shows as the end of the channel
final class DialingHandshake extends ByteToMessageDecoder {
    private final PeerTransportConfig config;
    private final long toMemberId;
    private final Supplier<PeerConnection> connection;
    private final CompletableFuture<PeerConnection> outcome;

    /** @param outcome completed on the event loop */
    DialingHandshake(
            PeerTransportConfig config,
            long toMemberId,
            Supplier<PeerConnection> connection,
            CompletableFuture<PeerConnection> outcome) {
        this.config = config;
        this.toMemberId = toMemberId;
        this.connection = connection;
        this.outcome = outcome;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        ByteBuf hello = ctx.alloc().ioBuffer(Hello.BYTES);
        new Hello(Hello.VERSION, Hello.WELCOME, config.clusterId(), config.memberId(), toMemberId).write(hello);
        ctx.writeAndFlush(hello);
        ctx.executor()
                .schedule(
                        () -> fail(ctx, new IOException("no hello came back in time")),
                        config.handshakeTimeoutMillis(),
                        TimeUnit.MILLISECONDS);
        super.channelActive(ctx);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (!Hello.mayBegin(in)) {
            in.skipBytes(in.readableBytes());
            fail(ctx, new HandshakeException("what answers there is no Quorlite peer"));
            return;
        }
        if (in.readableBytes() < Hello.BYTES) {
            return;
        }
        int start = in.readerIndex();
        Hello hello = Hello.read(in);
        PeerTls tls = config.tls();
        String problem = tls == null ? null : tls.refusal(PeerTls.certificate(ctx.pipeline()), toMemberId);
        if (problem != null) {
            in.skipBytes(in.readableBytes());
            fail(ctx, new HandshakeException("we do not take its certificate: " + problem));
            return;
        }
        if (hello.status() != Hello.WELCOME) {
            if (in.readableBytes() < 2 || in.readableBytes() < 2 + in.getUnsignedShort(in.readerIndex())) {
                in.readerIndex(start);
                return;
            }
            String reason = in.readCharSequence(
                            Math.min(in.readUnsignedShort(), Hello.REASON_BYTES_MAX), StandardCharsets.UTF_8)
                    .toString();
            in.skipBytes(in.readableBytes());
            fail(ctx, refusal(hello, reason));
        } else if (hello.version() != Hello.VERSION) {
            fail(ctx, new HandshakeException("it speaks version " + hello.version() + " of the peer protocol"));
        } else if (hello.clusterId() != config.clusterId()) {
            fail(ctx, new HandshakeException("it belongs to another cluster"));
        } else if (hello.fromMemberId() != toMemberId || hello.toMemberId() != config.memberId()) {
            fail(ctx, new HandshakeException("it is member " + MemberIds.text(hello.fromMemberId())));
        } else if (!outcome.isDone()) {
            PeerConnection established = connection.get();
            ctx.pipeline().replace(this, "connection", established);
            outcome.complete(established);
        }
    }

    /** Only who is certainly the one we asked, and means us, can tell us that we were removed. */
    private HandshakeException refusal(Hello hello, String reason) {
        boolean fromPeer = hello.clusterId() == config.clusterId()
                && hello.fromMemberId() == toMemberId
                && hello.toMemberId() == config.memberId();
        return fromPeer && hello.status() == Hello.REMOVED
                ? new RemovedMemberException("it refused us: " + reason)
                : new HandshakeException("it refused us: " + reason);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        fail(ctx, new IOException("it closed the connection before its hello"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, cause);
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        if (outcome.completeExceptionally(cause)) {
            ctx.close();
        }
    }
}
