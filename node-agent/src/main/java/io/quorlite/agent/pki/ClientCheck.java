package io.quorlite.agent.pki;

import io.quorlite.tls.CertificateCheck;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Lets holders of certificates of this cluster and of some roles through: what the etcd and the admin port ask. Thread-safe. */
public final class ClientCheck implements CertificateCheck {
    private final LongSupplier clusterId;
    private final Set<CertificateRole> roles;
    private final DenyList denyList;
    private final InstantSource clock;

    private ClientCheck(LongSupplier clusterId, Set<CertificateRole> roles, DenyList denyList, InstantSource clock) {
        this.clusterId = clusterId;
        this.roles = roles;
        this.denyList = denyList;
        this.clock = clock;
    }

    /** For the etcd port: every role. */
    public static ClientCheck etcd(LongSupplier clusterId, DenyList denyList, InstantSource clock) {
        return new ClientCheck(clusterId, EnumSet.allOf(CertificateRole.class), denyList, clock);
    }

    /** For the admin port: administrators and nodes. */
    public static ClientCheck admin(LongSupplier clusterId, DenyList denyList, InstantSource clock) {
        return new ClientCheck(clusterId, EnumSet.of(CertificateRole.ADMIN, CertificateRole.NODE), denyList, clock);
    }

    @Override
    public @Nullable String refusal(X509Certificate certificate, long memberId) {
        Optional<LeafIdentity> found = LeafIdentity.of(certificate);
        if (found.isEmpty()) {
            return "the certificate (" + certificate.getSubjectX500Principal() + ") is none of this cluster";
        }
        LeafIdentity identity = found.get();
        if (identity.clusterId() != clusterId.getAsLong()) {
            return "the certificate is of cluster " + LeafIdentity.hex(identity.clusterId()) + ", this is cluster "
                    + LeafIdentity.hex(clusterId.getAsLong());
        }
        if (!roles.contains(identity.role())) {
            return "a certificate for the role " + identity.role().word() + " is not enough here";
        }
        return PeerIdentityCheck.denied(certificate, identity, denyList, clock);
    }
}
