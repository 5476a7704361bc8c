package io.quorlite.agent.pki;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How a node's certificates are made and when they are replaced.
 *
 * @param hosts where the node is reached, as it stands in URLs
 * @param lifetime of each new certificate
 * @param renewAt the part of its life after which a certificate is replaced, between 0 and 1
 */
public record RenewalSettings(List<String> hosts, Duration lifetime, double renewAt) {
    public static final double RENEW_AT = 0.67;
    private static final Duration LOOK_MAX = Duration.ofHours(1);
    private static final Duration LOOK_MIN = Duration.ofSeconds(1);
    private static final int LOOKS_A_LIFE = 40;

    public RenewalSettings {
        hosts = hosts.stream().map(LeafCertificates::normalHost).distinct().toList();
        if (!(renewAt > 0 && renewAt < 1)) {
            throw new IllegalArgumentException(
                    "certificates are renewed at a part of their life between 0 and 1, not " + renewAt);
        }
        if (lifetime.compareTo(Duration.ofSeconds(10)) < 0) {
            throw new IllegalArgumentException("a certificate's life of " + lifetime + " is too short");
        }
        if (hosts.size() > LeafCertificates.HOSTS_MAX) {
            throw new IllegalArgumentException(hosts.size() + " host names and addresses are too many");
        }
    }

    /** Of a year, renewed after two thirds of it. */
    public static RenewalSettings of(List<String> hosts) {
        return new RenewalSettings(hosts, LeafCertificates.LIFETIME, RENEW_AT);
    }

    /** When {@code certificate} is to be replaced. Its life counts from when it was issued: it is back-dated. */
    Instant renewalOf(X509Certificate certificate) {
        Instant issued = certificate.getNotBefore().toInstant().plus(LeafCertificates.BACK_DATED);
        Instant end = certificate.getNotAfter().toInstant();
        return issued.plusMillis((long) (Duration.between(issued, end).toMillis() * renewAt));
    }

    /** How often to look. */
    Duration interval() {
        Duration part = lifetime.dividedBy(LOOKS_A_LIFE);
        return part.compareTo(LOOK_MAX) > 0 ? LOOK_MAX : part.compareTo(LOOK_MIN) < 0 ? LOOK_MIN : part;
    }
}
