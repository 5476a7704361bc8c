package io.quorlite.agent.pki;

import io.quorlite.datastore.SystemRecords;
import io.quorlite.mvcc.Bytes;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What the cluster keeps of certificates in its records: its authorities with their sealed keys, what they issued, and what was
 * revoked. Reads are this member's and may lag. Thread-safe.
 */
public final class AuthorityRecords {
    static final String AUTHORITIES = "pki/ca/";

    private final SystemRecords records;

    public AuthorityRecords(SystemRecords records) {
        this.records = records;
    }

    /** What an authority is good for. */
    enum State {
        /** Believed, and signs. One authority at a time. */
        SIGNS,
        /** Believed: it is to sign next, or has signed before. */
        BELIEVED
    }

    /**
     * An authority; the record {@code pki/ca/<pin>}.
     *
     * @param certificate PEM
     * @param sealedKey Base64 of what {@link SealedKey} made
     */
    record Authority(String certificate, String sealedKey, State state) {
        Authority in(State next) {
            return new Authority(certificate, sealedKey, next);
        }

        X509Certificate parsed() {
            try {
                return Pem.certificates(certificate).get(0);
            } catch (CertificateException e) {
                throw new IllegalArgumentException("the record of an authority is damaged", e);
            }
        }
    }

    static Authority sealed(ClusterAuthority authority, KeyEncryptionKey kek, State state) {
        Bytes key =
                SealedKey.seal(kek, Pem.of(authority.key()).getBytes(StandardCharsets.UTF_8), purpose(authority.pin()));
        return new Authority(
                Pem.of(List.of(authority.certificate())), Base64.getEncoder().encodeToString(key.unsafeArray()), state);
    }

    private static String purpose(SpkiPin pin) {
        return "authority key " + pin;
    }

    static String recordName(SpkiPin pin) {
        return AUTHORITIES + pin.hex();
    }

    /** Everybody believed, the one that signs first; empty where nothing has come here yet. */
    public List<X509Certificate> believed() {
        List<X509Certificate> believed = new ArrayList<>();
        for (SystemRecord found : records.list(AUTHORITIES)) {
            Authority authority = RecordJson.read(found, Authority.class);
            believed.add(authority.state() == State.SIGNS ? 0 : believed.size(), authority.parsed());
        }
        return believed;
    }

    /** The pin of the authority that signs now. */
    public Optional<SpkiPin> signingPin() {
        return signingRecord().map(authority -> SpkiPin.of(authority.parsed()));
    }

    private Optional<Authority> signingRecord() {
        return records.list(AUTHORITIES).stream()
                .map(found -> RecordJson.read(found, Authority.class))
                .filter(authority -> authority.state() == State.SIGNS)
                .findFirst();
    }

    /**
     * The authority that signs, with its key.
     *
     * @throws CertificateException if there is none here yet, or {@code kek} does not open its key
     */
    public ClusterAuthority signing(KeyEncryptionKey kek) throws CertificateException {
        Authority authority = signingRecord()
                .orElseThrow(
                        () -> new CertificateException("this member has not learnt of the cluster's authority yet"));
        X509Certificate certificate = authority.parsed();
        try {
            byte[] key = SealedKey.open(
                    kek,
                    Bytes.wrap(Base64.getDecoder().decode(authority.sealedKey())),
                    purpose(SpkiPin.of(certificate)));
            return ClusterAuthority.of(certificate, Pem.privateKey(new String(key, StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the key in pki/kek does not open the authority's key", e);
        }
    }

    /** A certificate that is good once {@code remembered} was committed. */
    public record Issue(List<X509Certificate> chain, SystemTxn.Change remembered) {
        public Issue {
            chain = List.copyOf(chain);
        }
    }

    /**
     * Signs a certificate for the holder of {@code key}; the authority's own follows it in the chain.
     *
     * @param keptBy the member in whose directory the key lies, so that it is revoked with that member
     */
    public Issue issue(
            KeyEncryptionKey kek,
            PublicKey key,
            LeafIdentity identity,
            long keptBy,
            RenewalSettings settings,
            Instant now)
            throws CertificateException {
        ClusterAuthority authority = signing(kek);
        X509Certificate certificate =
                LeafCertificates.issue(authority, key, identity, settings.hosts(), settings.lifetime(), now);
        return new Issue(
                List.of(certificate, authority.certificate()),
                IssuedCertificate.of(certificate, identity, authority.pin(), keptBy)
                        .remembered());
    }

    /** What was issued and is not forgotten yet, by serial number. */
    public List<IssuedCertificate> issued() {
        return records.list(IssuedCertificate.RECORDS).stream()
                .map(found -> RecordJson.read(found, IssuedCertificate.class))
                .toList();
    }
}
