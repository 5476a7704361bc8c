package io.quorlite.etcd;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.quorlite.tls.CertificateCheck;
import io.quorlite.tls.TlsIdentity;
import java.security.cert.X509Certificate;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mutual TLS on the TCP ports: every client shows a certificate, which is looked at after the handshake and again while the connection
 * lives, as it may have been revoked. Thread-safe.
 */
final class ConnectionSecurity {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionSecurity.class);
    private static final long LOOK_SECONDS = 3;
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    /** Clients of gRPC offer HTTP/2 alone; who offers both wants a probe, and those are served over HTTP/1.1 only. */
    private static final String[] APPLICATION_PROTOCOLS = {"http/1.1", "h2"};

    private final TlsIdentity identity;
    private final CertificateCheck check;
    private final AtomicLong nextWordNanos = new AtomicLong(System.nanoTime());

    ConnectionSecurity(TlsIdentity identity, CertificateCheck check) {
        this.identity = identity;
        this.check = check;
    }

    SslHandler newHandler() {
        SSLEngine engine = identity.acceptingEngine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setNeedClientAuth(true);
        parameters.setProtocols(PROTOCOLS);
        parameters.setApplicationProtocols(APPLICATION_PROTOCOLS);
        engine.setSSLParameters(parameters);
        return new SslHandler(engine);
    }

    /** To be called when the handshake is over; whether the connection may go on. Closes it where not, now or later. */
    boolean admit(ChannelHandlerContext ctx, SslHandler tls, SslHandshakeCompletionEvent handshake) {
        Channel channel = ctx.channel();
        if (!handshake.isSuccess()) {
            tell(channel, handshake.cause().getMessage());
            return false; // its handler closes it
        }
        if (refused(channel, tls)) {
            return false;
        }
        Future<?> looks = ctx.executor()
                .scheduleAtFixedRate(() -> refused(channel, tls), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        var unused = channel.closeFuture().addListener(closed -> looks.cancel(false));
        return true;
    }

    private boolean refused(Channel channel, SslHandler tls) {
        String refusal = refusal(tls.engine());
        if (refusal == null) {
            return false;
        }
        tell(channel, refusal);
        cut(channel, tls);
        return true;
    }

    /** Below gRPC, which would let calls under way go on, and a watch is under way for ever. */
    private static void cut(Channel channel, SslHandler tls) {
        ChannelHandlerContext below = channel.pipeline().context(tls);
        var unused = below == null ? channel.close() : below.close();
    }

    /** Who is refused comes again and again: a line every few seconds is enough. */
    private void tell(Channel channel, @Nullable String reason) {
        long now = System.nanoTime();
        long next = nextWordNanos.get();
        if (now - next >= 0 && nextWordNanos.compareAndSet(next, now + TimeUnit.SECONDS.toNanos(LOOK_SECONDS))) {
            LOG.info("connection from {} refused: {}", channel.remoteAddress(), reason);
        } else {
            LOG.debug("connection from {} refused: {}", channel.remoteAddress(), reason);
        }
    }

    private @Nullable String refusal(SSLEngine engine) {
        try {
            return check.refusal((X509Certificate) engine.getSession().getPeerCertificates()[0], 0);
        } catch (SSLPeerUnverifiedException e) {
            return "no certificate was shown";
        }
    }
}
