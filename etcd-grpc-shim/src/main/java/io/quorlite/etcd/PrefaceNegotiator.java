package io.quorlite.etcd;

import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.grpc.netty.ProtocolNegotiationEvent;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpObjectAggregator;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpServerCodec;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Serves gRPC and HTTP/1.1 on one port, as etcd does: a connection that begins with HTTP/2's preface goes to gRPC, any other to
 * the probes. It stands where gRPC negotiates a connection's protocol, and leaves when it has decided. Thread-safe.
 */
final class PrefaceNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
    private static final byte[] PREFACE = "PRI * HTTP/2.0".getBytes(StandardCharsets.US_ASCII);
    private static final int HTTP_BODY_BYTES_MAX = 64 * 1024;

    private final InternalProtocolNegotiator.ProtocolNegotiator grpc = InternalProtocolNegotiators.serverPlaintext();
    private final Probes probes;
    private final @Nullable ConnectionSecurity security;

    /** @param security null for plain text */
    PrefaceNegotiator(Probes probes, @Nullable ConnectionSecurity security) {
        this.probes = probes;
        this.security = security;
    }

    @Override
    public AsciiString scheme() {
        return grpc.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpcHandler) {
        return new Sniffer(grpcHandler);
    }

    @Override
    public void close() {
        grpc.close();
    }

    /** Holds a connection's first bytes until they tell the protocol; with TLS, the first of what was encrypted. */
    private final class Sniffer extends ChannelInboundHandlerAdapter {
        private final GrpcHttp2ConnectionHandler grpcHandler;
        private ByteBuf first = Unpooled.EMPTY_BUFFER;
        private @Nullable ProtocolNegotiationEvent negotiation;
        private @Nullable SslHandler tls;
        private boolean refused;

        Sniffer(GrpcHttp2ConnectionHandler grpcHandler) {
            this.grpcHandler = grpcHandler;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            if (security != null) {
                tls = security.newHandler();
                ctx.pipeline().addBefore(ctx.name(), null, tls);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (security != null && tls != null && event instanceof SslHandshakeCompletionEvent done) {
                refused = !security.admit(ctx, tls, done);
                return; // nobody after this one needs to know
            }
            if (event instanceof ProtocolNegotiationEvent started) {
                negotiation = started; // gRPC's own negotiation begins when this connection turns out to be its
            } else {
                ctx.fireUserEventTriggered(event);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (refused) {
                ReferenceCountUtil.release(message);
                return;
            }
            first = Unpooled.wrappedBuffer(first, (ByteBuf) message);
            int seen = Math.min(first.readableBytes(), PREFACE.length);
            if (!beginsAsPreface(seen)) {
                handOver(ctx, this::addHttp);
            } else if (seen == PREFACE.length) {
                handOver(ctx, this::addGrpc);
            }
        }

        private boolean beginsAsPreface(int length) {
            for (int i = 0; i < length; i++) {
                if (first.getByte(first.readerIndex() + i) != PREFACE[i]) {
                    return false;
                }
            }
            return true;
        }

        private void handOver(ChannelHandlerContext ctx, java.util.function.Consumer<ChannelHandlerContext> protocol) {
            ByteBuf bytes = first;
            first = Unpooled.EMPTY_BUFFER;
            protocol.accept(ctx);
            ctx.fireChannelRead(bytes);
            ctx.pipeline().remove(this);
        }

        private void addHttp(ChannelHandlerContext ctx) {
            ctx.pipeline()
                    .addAfter(ctx.name(), null, new ProbeHandler(probes))
                    .addAfter(ctx.name(), null, new HttpObjectAggregator(HTTP_BODY_BYTES_MAX))
                    .addAfter(ctx.name(), null, new HttpServerCodec());
        }

        private void addGrpc(ChannelHandlerContext ctx) {
            ctx.pipeline().addAfter(ctx.name(), null, grpc.newHandler(grpcHandler));
            if (negotiation == null) {
                throw new IllegalStateException("bytes came before gRPC began to negotiate");
            }
            ctx.fireUserEventTriggered(InternalProtocolNegotiationEvent.withAttributes(
                    negotiation,
                    InternalProtocolNegotiationEvent.getAttributes(negotiation).toBuilder()
                            .set(WatchService.EVENT_LOOP, ctx.channel().eventLoop())
                            .build()));
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            first.release();
        }
    }
}
