package io.quorlite.agent.pki;

import io.quorlite.tls.CertificateCheck;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets members of this cluster through and nobody else, not even another holder of a certificate of the same authority: the certificate
 * must be a node's, of this cluster, of the member that the other side says it is, and not denied.
 *
 * <p>A handshake takes no certificate whose time is over; here it is looked at again because connections outlive it: one may end an
 * hour after its certificate did, and has been renewed long before if its holder is well.
 */
public final class PeerIdentityCheck implements CertificateCheck {
    static final Duration OUTLIVES = Duration.ofHours(1);

    private final LongSupplier clusterId;
    private final DenyList denyList;
    private final InstantSource clock;

    /** @param clusterId this cluster's, which a first start learns late */
    public PeerIdentityCheck(LongSupplier clusterId, DenyList denyList, InstantSource clock) {
        this.clusterId = clusterId;
        this.denyList = denyList;
        this.clock = clock;
    }

    @Override
    public @Nullable String refusal(X509Certificate certificate, long memberId) {
        Optional<LeafIdentity> found = LeafIdentity.of(certificate);
        if (found.isEmpty()) {
            return "its certificate (" + certificate.getSubjectX500Principal() + ") is none of a quorlite node";
        }
        LeafIdentity identity = found.get();
        if (identity.clusterId() != clusterId.getAsLong()) {
            return "its certificate is of cluster " + LeafIdentity.hex(identity.clusterId()) + ", this is cluster "
                    + LeafIdentity.hex(clusterId.getAsLong());
        }
        if (identity.role() != CertificateRole.NODE) {
            return "its certificate is for the role " + identity.role().word() + ", only nodes are peers";
        }
        if (identity.memberId() != memberId) {
            return "its certificate is of member " + LeafIdentity.hex(identity.memberId()) + " (" + identity.name()
                    + "), but it says it is member " + LeafIdentity.hex(memberId);
        }
        return denied(certificate, identity, denyList, clock);
    }

    /** What holds for every port. */
    static @Nullable String denied(
            X509Certificate certificate, LeafIdentity identity, DenyList denyList, InstantSource clock) {
        boolean member = identity.role() == CertificateRole.NODE && denyList.denies(identity.memberId());
        if (member || denyList.denies(certificate)) {
            return "its certificate was revoked";
        }
        if (clock.instant().isAfter(certificate.getNotAfter().toInstant().plus(OUTLIVES))) {
            return "its certificate expired at " + certificate.getNotAfter().toInstant();
        }
        return null;
    }
}
