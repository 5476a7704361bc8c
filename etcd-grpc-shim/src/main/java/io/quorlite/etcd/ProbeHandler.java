package io.quorlite.etcd;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.SimpleChannelInboundHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers HTTP/1.1 requests with {@link Probes}, in their order; not much is read ahead. */
final class ProbeHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(ProbeHandler.class);

    private final Probes probes;
    /** Done when all requests so far are: a client may send the next before it has the answer to the last. */
    private CompletableFuture<?> answered = CompletableFuture.completedFuture(null);

    ProbeHandler(Probes probes) {
        this.probes = probes;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            answer(ctx, ProbeReply.error(400, "400 Bad Request"), false);
            return;
        }
        ctx.channel().config().setAutoRead(false);
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        CompletableFuture<ProbeReply> reply = probes.answer(request.method().name(), uri.path(), uri.parameters())
                .exceptionally(failure -> {
                    LOG.warn("the probe {} failed", uri.path(), failure);
                    return ProbeReply.error(500, "500 Internal Server Error");
                });
        answered = answered.thenAcceptBoth(
                reply, (before, now) -> ctx.executor().execute(() -> answer(ctx, now, keepAlive)));
    }

    private static void answer(ChannelHandlerContext ctx, ProbeReply reply, boolean keepAlive) {
        ChannelFuture written = ctx.writeAndFlush(response(reply, keepAlive));
        if (keepAlive) {
            ctx.channel().config().setAutoRead(true);
        } else {
            var unused = written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static FullHttpResponse response(ProbeReply reply, boolean keepAlive) {
        ByteBuf body = Unpooled.copiedBuffer(reply.body(), StandardCharsets.UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), body);
        if (!reply.allow().isEmpty()) {
            response.headers().set("Allow", reply.allow());
        }
        response.headers().set("Content-Type", reply.contentType());
        if (reply.noSniff()) {
            response.headers().set("X-Content-Type-Options", "nosniff");
        }
        response.headers().set("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        HttpUtil.setKeepAlive(response, keepAlive);
        return response;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("HTTP connection closed", cause);
        var unused = ctx.close();
    }
}
