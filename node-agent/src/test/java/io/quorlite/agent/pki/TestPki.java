package io.quorlite.agent.pki;

import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** A cluster's authority and what it signs, for tests. */
public final class TestPki {
    public static final long CLUSTER = 0xc1f277aa_00000001L;

    public final ClusterAuthority authority;

    public TestPki() {
        this(Instant.now());
    }

    public TestPki(Instant now) {
        try {
            authority = ClusterAuthority.create(CLUSTER, now);
        } catch (CertificateException e) {
            throw new AssertionError(e);
        }
    }

    public Credentials node(long memberId) {
        return issue(LeafIdentity.node(CLUSTER, memberId, "n" + memberId), LeafCertificates.LIFETIME, Instant.now());
    }

    public Credentials client() {
        return issue(LeafIdentity.client(CLUSTER, "kube-apiserver"), LeafCertificates.LIFETIME, Instant.now());
    }

    public Credentials issue(LeafIdentity identity, Duration lifetime, Instant now) {
        KeyPair keys = LeafCertificates.newKeys();
        try {
            return new Credentials(
                    keys.getPrivate(),
                    List.of(
                            LeafCertificates.issue(
                                    authority,
                                    keys.getPublic(),
                                    identity,
                                    List.of("127.0.0.1", "::1", "n1.example"),
                                    lifetime,
                                    now),
                            authority.certificate()));
        } catch (CertificateException e) {
            throw new AssertionError(e);
        }
    }

    /** What a node with {@code credentials} of this authority shows and believes. */
    public ReloadingIdentity identity(Credentials credentials) {
        ReloadingIdentity identity = new ReloadingIdentity(InstantSource.system());
        identity.show(credentials);
        identity.believe(List.of(authority.certificate()));
        return identity;
    }
}
