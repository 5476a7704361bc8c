package io.quorlite.agent.join;

import io.quorlite.agent.pki.ReloadingIdentity;
import io.quorlite.agent.pki.SpkiPin;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Believes servers whose chain has an authority with a pinned key in it, leads to it, and names the host that was asked for. One for
 * each connection: it remembers what it saw.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
    private final List<SpkiPin> pins;
    private final InstantSource clock;
    private @Nullable SpkiPin presented;
    private boolean pinned;

    PinnedTrust(List<SpkiPin> pins, InstantSource clock) {
        this.pins = pins;
        this.clock = clock;
    }

    /** The key of the authority that the server presented; empty if it did not get that far. */
    Optional<SpkiPin> presented() {
        return Optional.ofNullable(presented);
    }

    boolean sawPin() {
        return pinned;
    }

    private X509ExtendedTrustManager verifier(X509Certificate[] chain) throws CertificateException {
        presented = SpkiPin.of(chain[chain.length - 1]);
        List<X509Certificate> authorities = Arrays.stream(chain)
                .filter(certificate -> certificate.getBasicConstraints() >= 0)
                .filter(certificate -> pins.contains(SpkiPin.of(certificate)))
                .toList();
        if (authorities.isEmpty()) {
            throw new CertificateException("no certificate of the chain has a key that the token names");
        }
        pinned = true;
        ReloadingIdentity identity = new ReloadingIdentity(clock);
        identity.believe(authorities);
        return identity.tls().trustManager();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        verifier(chain).checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verifier(chain).checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a server is believed for a host only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw noClients();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw noClients();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw noClients();
    }

    private static CertificateException noClients() {
        return new CertificateException("this side has no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
