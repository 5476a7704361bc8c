package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.channel.ChannelPipeline;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.quorlite.tls.CertificateCheck;
import io.quorlite.tls.TlsIdentity;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Mutual TLS between members: TLS 1.3 alone, with a certificate on either side that is looked at once more when the member has
 * said who it is. Thread-safe.
 *
 * <p>The JDK's provider, as it asks key and trust manager anew at each handshake: certificates and authorities change without
 * new contexts. Host names are not looked at; what a certificate must name is the member, wherever that is reached. A resumed
 * session would be one whose chain nobody has verified now, so dialers offer none, and the accepting side could take none.
 */
public final class PeerTls {
    private static final String PROTOCOL = "TLSv1.3";
    private static final int STALE_SECONDS = 1;

    private final TlsIdentity identity;
    private final SslContext client;
    private final CertificateCheck check;

    private PeerTls(TlsIdentity identity, SslContext client, CertificateCheck check) {
        this.identity = identity;
        this.client = client;
        this.check = check;
    }

    static PeerTls of(TlsIdentity identity, CertificateCheck check) {
        try {
            SslContext client = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOL)
                    .keyManager(identity.keyManager())
                    .trustManager(identity.trustManager())
                    .endpointIdentificationAlgorithm(null)
                    .sessionTimeout(STALE_SECONDS)
                    .sessionCacheSize(1)
                    .build();
            return new PeerTls(identity, client, check);
        } catch (SSLException e) {
            throw new IllegalArgumentException("this JVM has no " + PROTOCOL + " for these keys", e);
        }
    }

    SslHandler accepting() {
        SSLEngine engine = identity.acceptingEngine();
        engine.setNeedClientAuth(true);
        engine.setEnabledProtocols(new String[] {PROTOCOL});
        return new SslHandler(engine);
    }

    /** Without the peer's address: it is what a session would be found by, and resumed. */
    SslHandler dialing(ChannelPipeline pipeline) {
        return client.newHandler(pipeline.channel().alloc());
    }

    /** The other side's certificate, after the handshake; null on plain text. */
    static @Nullable X509Certificate certificate(ChannelPipeline pipeline) {
        SslHandler handler = pipeline.get(SslHandler.class);
        if (handler == null) {
            return null;
        }
        try {
            Certificate[] chain = handler.engine().getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? leaf : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** Why the holder of {@code certificate} must not go on as {@code memberId}, null if it may. */
    @Nullable String refusal(@Nullable X509Certificate certificate, long memberId) {
        if (certificate == null) {
            return "it showed no certificate";
        }
        try {
            return check.refusal(certificate, memberId);
        } catch (RuntimeException e) {
            return "its certificate could not be checked: " + e;
        }
    }

    /** Whether a connection failed over TLS: both ends are there, and trying again at once will not help. */
    static boolean isTlsProblem(Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    /** What a person needs to know of a failure: what happened, and its cause at the bottom of all that wraps it. */
    static String describe(Throwable problem) {
        Throwable shown = problem;
        while (shown.getCause() != null && !(shown instanceof SSLException)) {
            shown = shown.getCause();
        }
        Throwable root = shown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(shown.getMessage());
        String cause = String.valueOf(root.getMessage());
        String text = message.contains(cause) ? message : message + ": " + cause;
        return shown instanceof SSLException ? "TLS: " + text : text;
    }
}
