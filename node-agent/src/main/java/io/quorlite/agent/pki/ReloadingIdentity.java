package io.quorlite.agent.pki;

import io.quorlite.tls.TlsIdentity;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The credentials a node shows and the authorities it believes, which may be replaced at any time: connections that stand go on, the
 * next handshake uses the new ones. Before it has any, every handshake fails. Thread-safe.
 */
public final class ReloadingIdentity {
    private final ReloadingKeys keys = new ReloadingKeys();
    private final ReloadingTrust trust;
    private final TlsIdentity tls;

    public ReloadingIdentity(InstantSource clock) {
        this.trust = new ReloadingTrust(clock);
        this.tls = new TlsIdentity(keys, trust);
    }

    /** For the ports; it stays the same object. */
    public TlsIdentity tls() {
        return tls;
    }

    public void show(Credentials credentials) {
        keys.show(credentials);
    }

    public void believe(List<X509Certificate> authorities) {
        trust.believe(authorities);
    }

    public Optional<Credentials> shown() {
        return keys.shown();
    }

    public List<X509Certificate> believed() {
        return trust.believed();
    }
}
