package io.quorlite.agent.pki;

import io.quorlite.datastore.SystemRecords;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Certificates and members that are not believed any more although their certificates are valid. It follows the cluster's records
 * once {@link #follow} was called; before, it is what it was given. Thread-safe, and asking it takes no lock.
 */
public final class DenyList {
    /** Of records named after a certificate's serial number in hexadecimal digits, or after {@link #MEMBER} and a member's id. */
    static final String RECORDS = "pki/revoked/";

    static final String MEMBER = "member-";

    private volatile Set<String> denied = Set.of();

    /** Takes over what the records say, now and after each change. */
    public void follow(SystemRecords records) {
        records.listen(() -> read(records));
        read(records);
    }

    private void read(SystemRecords records) {
        denied = records.list(RECORDS).stream()
                .map(record -> record.name().substring(RECORDS.length()))
                .collect(Collectors.toUnmodifiableSet());
    }

    public boolean denies(X509Certificate certificate) {
        return denied.contains(serial(certificate));
    }

    /** Whether a member is denied whatever certificate it has: it could have made itself others. */
    public boolean denies(long memberId) {
        return denied.contains(MEMBER + LeafIdentity.hex(memberId));
    }

    static String serial(X509Certificate certificate) {
        return serial(certificate.getSerialNumber());
    }

    static String serial(BigInteger serial) {
        return serial.toString(16);
    }
}
