package io.quorlite.agent.admin;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.Channel;
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
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.util.AttributeKey;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Failures;
import io.quorlite.agent.refusal.Refusal;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests of one connection, one after the other: nothing more is read while one is under way. */
final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    /** Of a connection with TLS. */
    static final AttributeKey<CallerCheck> CALLER_CHECK = AttributeKey.valueOf("admin-caller-check");

    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

    private final Routes routes;
    private final Executor workers;

    RequestHandler(Routes routes, Executor workers) {
        this.routes = routes;
        this.workers = workers;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest http) {
        boolean keepAlive = HttpUtil.isKeepAlive(http);
        if (!http.decoderResult().isSuccess()) {
            answer(ctx, refused(ExitCode.USAGE, "MALFORMED", "not an HTTP request"), false);
            return;
        }
        QueryStringDecoder uri = new QueryStringDecoder(http.uri());
        Routes.Match match = routes.find(http.method().name(), uri.path());
        if (match == null) {
            answer(ctx, unknown(uri.path()), keepAlive);
            return;
        }
        AdminRequest request = request(ctx.channel(), http, uri, match);
        if (!request.caller().may(match.route().access())) {
            answer(ctx, forbidden(request), keepAlive);
            return;
        }
        ctx.channel().config().setAutoRead(false);
        try {
            workers.execute(() -> {
                AdminReply reply = handled(match.route(), request);
                ctx.executor().execute(() -> answer(ctx, reply, keepAlive));
            });
        } catch (RejectedExecutionException e) {
            answer(ctx, refused(ExitCode.UNREACHABLE, "BUSY", "too many requests; try again"), keepAlive);
        }
    }

    private static AdminRequest request(
            Channel channel, FullHttpRequest http, QueryStringDecoder uri, Routes.Match match) {
        String forwardedFor = http.headers().get(AdminServer.FORWARDED_FOR, "");
        Caller caller = caller(channel);
        return new AdminRequest(
                http.method().name(),
                http.uri(),
                match.parameters(),
                uri.parameters(),
                http.content().toString(StandardCharsets.UTF_8),
                caller,
                forwardedFor);
    }

    /** Looked at for each request: a certificate may have been revoked since the last. */
    private static Caller caller(Channel channel) {
        CallerCheck check = channel.attr(CALLER_CHECK).get();
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (check == null || tls == null) {
            return Caller.LOCAL;
        }
        String address = channel.remoteAddress() instanceof InetSocketAddress from
                ? from.getAddress().getHostAddress()
                : "";
        try {
            X509Certificate leaf = (X509Certificate) tls.engine().getSession().getPeerCertificates()[0];
            return check.caller(leaf, address);
        } catch (SSLPeerUnverifiedException e) {
            return new Caller(Caller.Kind.ANONYMOUS, "", address);
        }
    }

    private static AdminReply handled(Routes.Route route, AdminRequest request) {
        try {
            return AdminReply.of(route.handler().handle(request));
        } catch (Exception e) {
            Refusal refusal = Failures.refusal(e);
            if (refusal.exitCode() == ExitCode.INTERNAL_ERROR) {
                LOG.warn("{} {} failed", request.method(), request.target(), e);
            }
            return AdminReply.error(ErrorReply.of(refusal));
        }
    }

    private AdminReply unknown(String path) {
        String allowed = routes.allowed(path);
        return allowed.isEmpty()
                ? refused(ExitCode.USAGE, "NOT_FOUND", "there is no " + path)
                : AdminReply.json(
                        405,
                        Json.write(new ErrorReply(
                                "Error", "METHOD", ExitCode.USAGE.number(), path + " takes " + allowed, null)));
    }

    private static AdminReply forbidden(AdminRequest request) {
        Caller caller = request.caller();
        String problem = caller.problem().isEmpty() ? "no certificate was shown" : caller.problem();
        LOG.info("{} {} from {} refused: {}", request.method(), request.target(), caller.address(), problem);
        return refused(
                ExitCode.IDENTITY, "FORBIDDEN", "Refused: " + problem + ". It takes the certificate of an admin.");
    }

    private static AdminReply refused(ExitCode exitCode, String code, String message) {
        return AdminReply.error(ErrorReply.of(new Refusal(exitCode, code, message, "")));
    }

    private static void answer(ChannelHandlerContext ctx, AdminReply reply, boolean keepAlive) {
        ByteBuf body = Unpooled.copiedBuffer(reply.body(), StandardCharsets.UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), body);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
        response.headers().set("X-Content-Type-Options", "nosniff");
        response.headers().set("Cache-Control", "no-store");
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        HttpUtil.setKeepAlive(response, keepAlive);
        var written = ctx.writeAndFlush(response);
        if (keepAlive) {
            ctx.channel().config().setAutoRead(true);
        } else {
            var unused = written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("admin connection closed", cause);
        var unused = ctx.close();
    }
}
