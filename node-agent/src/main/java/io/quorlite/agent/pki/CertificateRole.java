package io.quorlite.agent.pki;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the holder of a certificate is to the cluster; it stands in the certificate's OU and URI. */
public enum CertificateRole {
    /** A member: on every port. */
    NODE,
    /** Whoever uses the etcd API, an API server for instance. */
    CLIENT,
    /** Whoever runs the cluster: the etcd API and the admin port. */
    ADMIN;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<CertificateRole> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }
}
