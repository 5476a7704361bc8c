package io.quorlite.tls;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the certificate of the other side after a handshake that verified its chain, and again now and then while the connection
 * lives: it may have been revoked. Thread-safe; must not block.
 */
@FunctionalInterface
public interface CertificateCheck {
    /**
     * Whether the holder may go on.
     *
     * @param memberId the member the other side says it is, 0 where it says nothing of the kind
     * @return why not, in words for a person; null if all is well
     */
    @Nullable String refusal(X509Certificate certificate, long memberId);
}
