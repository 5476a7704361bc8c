package io.quorlite.agent.pki;

import io.quorlite.datastore.SystemRecords;
import io.quorlite.system.SystemTxn;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a member tells the others of its certificate and of whom it believes; the record {@code pki/node/<member id>}, written by the
 * member itself when it has changed.
 *
 * @param issuer the pin of the authority that signed its certificate
 * @param believed the pins of those it believes
 */
public record NodeCertificate(
        String memberId, String name, String serial, long notAfterSeconds, String issuer, List<String> believed) {
    static final String RECORDS = "pki/node/";

    public NodeCertificate {
        believed = List.copyOf(believed);
    }

    static NodeCertificate of(LeafIdentity self, ReloadingIdentity identity, Credentials shown) {
        List<X509Certificate> chain = shown.chain();
        return new NodeCertificate(
                LeafIdentity.hex(self.memberId()),
                self.name(),
                DenyList.serial(shown.certificate()),
                shown.certificate().getNotAfter().toInstant().getEpochSecond(),
                SpkiPin.of(chain.get(chain.size() - 1)).toString(),
                identity.believed().stream()
                        .map(authority -> SpkiPin.of(authority).toString())
                        .sorted()
                        .toList());
    }

    static Optional<NodeCertificate> find(SystemRecords records, long memberId) {
        return records.get(RECORDS + LeafIdentity.hex(memberId))
                .map(found -> RecordJson.read(found, NodeCertificate.class));
    }

    /** Of all members that have told, those that have left since among them. */
    public static List<NodeCertificate> all(SystemRecords records) {
        return records.list(RECORDS).stream()
                .map(found -> RecordJson.read(found, NodeCertificate.class))
                .toList();
    }

    SystemTxn.Change told() {
        return new SystemTxn.Change(RECORDS + memberId, RecordJson.write(this));
    }
}
