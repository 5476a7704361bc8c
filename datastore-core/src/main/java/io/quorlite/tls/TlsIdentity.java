package io.quorlite.tls;

import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Who this side is and whom it believes. Both are asked at each handshake, so keys, certificates and authorities may change
 * while connections go on. Thread-safe if its parts are.
 */
public record TlsIdentity(X509ExtendedKeyManager keyManager, X509ExtendedTrustManager trustManager) {}
