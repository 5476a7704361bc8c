package io.quorlite.agent.join;

import static java.util.Objects.requireNonNull;

import io.quorlite.agent.pki.KeyEncryptionKey;
import io.quorlite.agent.pki.NodeSecurity;
import io.quorlite.agent.pki.Pem;
import io.quorlite.datastore.DatastoreConfig.Invitation;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.util.List;

/**
 * What a newcomer gets: it is a member already, which only has to start.
 *
 * @param clusterId sixteen hexadecimal digits
 * @param memberId the newcomer's own, likewise
 * @param certificate its certificate and its authority's, PEM
 * @param authorities whom to believe, PEM
 * @param keyEncryptionKey what members keep in {@code pki/kek}
 * @param version of the member that answered
 */
public record JoinGrant(
        String clusterId,
        String memberId,
        String certificate,
        String authorities,
        String keyEncryptionKey,
        String version,
        List<Peer> members) {
    public JoinGrant {
        requireNonNull(clusterId); // it comes from the network
        requireNonNull(memberId);
        requireNonNull(certificate);
        requireNonNull(authorities);
        requireNonNull(keyEncryptionKey);
        members = List.copyOf(members);
    }

    /** A member, the newcomer included. */
    public record Peer(String id, String name, String peerAddress, boolean voter) {}

    /** For the newcomer's datastore. */
    public Invitation invitation() {
        return new Invitation(Long.parseUnsignedLong(clusterId, 16), Long.parseUnsignedLong(memberId, 16));
    }

    /** Keeps certificates and keys; with this the newcomer can be started. */
    public void store(NodeSecurity security, KeyPair keys) throws IOException {
        try {
            security.accept(
                    keys,
                    Pem.certificates(certificate),
                    Pem.certificates(authorities),
                    KeyEncryptionKey.parse(keyEncryptionKey));
        } catch (CertificateException | IllegalArgumentException e) {
            throw new IOException("what the cluster granted cannot be used: " + e.getMessage(), e);
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "member " + memberId + " of cluster " + clusterId;
    }
}
