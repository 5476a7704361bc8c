package io.quorlite.agent.pki;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;

/**
 * A private key and the certificates that go with it, its own first, its authority's last. Immutable.
 */
public record Credentials(PrivateKey key, List<X509Certificate> chain) {
    public Credentials {
        Objects.requireNonNull(key);
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a key without a certificate");
        }
    }

    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "credentials of " + certificate().getSubjectX500Principal();
    }
}
