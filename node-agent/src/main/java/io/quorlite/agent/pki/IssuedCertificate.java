package io.quorlite.agent.pki;

import io.quorlite.system.SystemTxn;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster remembers of a certificate it issued, so that it can be shown and revoked; the record {@code pki/cert/<serial>}.
 *
 * @param serial in hexadecimal digits
 * @param role {@code node}, {@code client} or {@code admin}
 * @param memberId sixteen hexadecimal digits; null for others than nodes
 * @param keptBy the member in whose directory its key lies, likewise; null where that is not known
 * @param issuer the pin of the authority that signed it
 */
public record IssuedCertificate(
        String serial,
        String role,
        String name,
        @Nullable String memberId,
        @Nullable String keptBy,
        String issuer,
        long notBeforeSeconds,
        long notAfterSeconds) {
    static final String RECORDS = "pki/cert/";

    static IssuedCertificate of(X509Certificate certificate, LeafIdentity identity, SpkiPin issuer, long keptBy) {
        return new IssuedCertificate(
                DenyList.serial(certificate),
                identity.role().word(),
                identity.name(),
                identity.role() == CertificateRole.NODE ? LeafIdentity.hex(identity.memberId()) : null,
                keptBy == 0 ? null : LeafIdentity.hex(keptBy),
                issuer.toString(),
                certificate.getNotBefore().toInstant().getEpochSecond(),
                certificate.getNotAfter().toInstant().getEpochSecond());
    }

    public boolean isOver(Instant now) {
        return now.getEpochSecond() > notAfterSeconds;
    }

    /** To be committed before the certificate is used. */
    SystemTxn.Change remembered() {
        return new SystemTxn.Change(RECORDS + serial, RecordJson.write(this));
    }
}
