package io.quorlite.tls;

import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Who this side is and whom it believes. Both are asked at each handshake, so keys, certificates and authorities may change
 * while connections go on. Thread-safe if its parts are.
 */
public record TlsIdentity(X509ExtendedKeyManager keyManager, X509ExtendedTrustManager trustManager) {
    /**
     * An engine for one accepted connection, from a context of its own. A session begun on another connection would bring a
     * certificate that nobody verifies now, of an authority that may have been dropped since, and the keys of the JDK's session
     * tickets last for an hour, whatever the timeout of sessions is; none is known in another context. A context costs a tenth
     * of a millisecond.
     */
    public SSLEngine acceptingEngine() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keyManager}, new TrustManager[] {trustManager}, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(false);
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no TLS", e);
        }
    }
}
