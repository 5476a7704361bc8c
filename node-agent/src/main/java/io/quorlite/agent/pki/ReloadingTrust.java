package io.quorlite.agent.pki;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes certificates of the authorities it was last given, as the JDK checks them (chain, time, purpose, and the host where the
 * connection asks for that), with one leniency: a certificate that is not valid yet may be used up to {@link #NOT_YET} early, since
 * that says no more than that two clocks differ. Thread-safe.
 */
final class ReloadingTrust extends X509ExtendedTrustManager {
    /** Beside what a certificate is back-dated by: a clock ten minutes off does not part a node from the others. */
    static final Duration NOT_YET = Duration.ofMinutes(15);

    private final InstantSource clock;
    private volatile List<X509Certificate> authorities = List.of();

    ReloadingTrust(InstantSource clock) {
        this.clock = clock;
    }

    void believe(List<X509Certificate> authorities) {
        this.authorities = List.copyOf(authorities);
    }

    List<X509Certificate> believed() {
        return authorities;
    }

    /** A verifier as of a time that suits {@code chain}; made anew each time, which a handshake does not notice. */
    private X509ExtendedTrustManager verifier(X509Certificate[] chain) throws CertificateException {
        Set<TrustAnchor> anchors = new HashSet<>();
        authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
        if (anchors.isEmpty()) {
            throw new CertificateException("this node has no certificate authority yet");
        }
        try {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
            parameters.setRevocationEnabled(false); // revocation is the deny list's affair
            parameters.setDate(Date.from(timeFor(chain)));
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager verifier) {
                    return verifier;
                }
            }
        } catch (GeneralSecurityException e) {
            throw new CertificateException("certificates cannot be verified", e);
        }
        throw new CertificateException("this JDK has no verifier of X.509 certificates");
    }

    private Instant timeFor(X509Certificate[] chain) {
        Instant now = clock.instant();
        Instant latestStart = Arrays.stream(chain)
                .map(certificate -> certificate.getNotBefore().toInstant())
                .max(Instant::compareTo)
                .orElse(now);
        boolean early = latestStart.isAfter(now) && latestStart.isBefore(now.plus(NOT_YET));
        return early ? latestStart : now;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verifier(chain).checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verifier(chain).checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        verifier(chain).checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        verifier(chain).checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verifier(chain).checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verifier(chain).checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.toArray(X509Certificate[]::new);
    }
}
