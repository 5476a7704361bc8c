package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The accepting side of a new connection: checks the hello before anything else is looked at, and answers it. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a channel shows as the end of the channel
final class AcceptingHandshake extends ByteToMessageDecoder {
    private static final int SHOWN_BYTES = 8;

    /** What becomes of an accepted connection; called on the event loop, one of the methods, once. */
    interface Owner {
        /** Makes the connection for a member whose hello is in order; it is in the pipeline when this returns. */
        PeerConnection create(ChannelHandlerContext ctx, long fromMemberId);

        void established(PeerConnection connection);

        /**
         * The connection is being closed.
         *
         * @param reason what to log, null where there is nothing to say
         */
        void refused(ChannelHandlerContext ctx, @Nullable String reason);
    }

    private final PeerTransportConfig config;
    private final Admission admission;
    private final Owner owner;
    private boolean over;

    AcceptingHandshake(PeerTransportConfig config, Admission admission, Owner owner) {
        this.config = config;
        this.admission = admission;
        this.owner = owner;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        ctx.executor()
                .schedule(
                        () -> {
                            if (!over) {
                                refuse(ctx, "it said no hello");
                            }
                        },
                        config.handshakeTimeoutMillis(),
                        TimeUnit.MILLISECONDS);
        super.channelActive(ctx);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (over) {
            in.skipBytes(in.readableBytes());
        } else if (!Hello.mayBegin(in)) {
            String bytes = ByteBufUtil.hexDump(in, in.readerIndex(), Math.min(in.readableBytes(), SHOWN_BYTES));
            in.skipBytes(in.readableBytes());
            refuse(ctx, "it is no Quorlite peer: its first bytes are " + bytes);
        } else if (in.readableBytes() >= Hello.BYTES) {
            answer(ctx, Hello.read(in));
        }
    }

    private void answer(ChannelHandlerContext ctx, Hello hello) {
        String problem = problem(hello);
        int status = Hello.REFUSED;
        PeerTls tls = config.tls();
        if (problem == null && admission.removed(hello.fromMemberId())) {
            // Before its certificate is looked at: that will be revoked, and it should learn why nobody talks to it.
            problem = "member " + MemberIds.text(hello.fromMemberId()) + " was removed from the cluster";
            status = Hello.REMOVED;
        } else if (problem == null && tls != null) {
            // Before a byte of what follows is read.
            problem = tls.refusal(PeerTls.certificate(ctx.pipeline()), hello.fromMemberId());
        }
        ByteBuf reply = ctx.alloc().ioBuffer();
        new Hello(
                        Hello.VERSION,
                        problem == null ? Hello.WELCOME : status,
                        config.clusterId(),
                        config.memberId(),
                        hello.fromMemberId())
                .write(reply);
        if (problem == null) {
            over = true;
            PeerConnection connection = owner.create(ctx, hello.fromMemberId());
            // The answer is on its way before the connection can write anything.
            ctx.writeAndFlush(reply);
            ctx.pipeline().replace(this, "connection", connection);
            owner.established(connection);
        } else {
            over = true;
            byte[] text = problem.getBytes(StandardCharsets.UTF_8);
            byte[] reason = Arrays.copyOf(text, Math.min(text.length, Hello.REASON_BYTES_MAX));
            reply.writeShort(reason.length).writeBytes(reason);
            ctx.writeAndFlush(reply).addListener(ChannelFutureListener.CLOSE);
            owner.refused(ctx, "member " + MemberIds.text(hello.fromMemberId()) + " was told: " + problem);
        }
    }

    private @Nullable String problem(Hello hello) {
        if (hello.version() != Hello.VERSION) {
            return "this member speaks version " + Hello.VERSION + " of the peer protocol, not " + hello.version();
        }
        if (hello.clusterId() != config.clusterId()) {
            return "this member belongs to cluster " + Long.toHexString(config.clusterId()) + ", not "
                    + Long.toHexString(hello.clusterId());
        }
        if (hello.toMemberId() != config.memberId()) {
            return "this is member " + MemberIds.text(config.memberId()) + ", not "
                    + MemberIds.text(hello.toMemberId());
        }
        if (hello.fromMemberId() == config.memberId() || hello.fromMemberId() == 0) {
            return "member " + MemberIds.text(hello.fromMemberId()) + " cannot connect to itself";
        }
        return null;
    }

    private void refuse(ChannelHandlerContext ctx, @Nullable String reason) {
        over = true;
        owner.refused(ctx, reason);
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        if (!over) {
            refuse(ctx, null); // a probe that only looks whether the port is open
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!over) {
            refuse(ctx, PeerTls.describe(cause));
        }
    }
}
