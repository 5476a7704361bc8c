package io.quorlite.agent.pki;

import io.quorlite.datastore.SystemRecords;
import io.quorlite.mvcc.Bytes;
import io.quorlite.system.SystemTxn;
import io.quorlite.system.SystemTxn.Change;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes certificates out of use before they end. Every member drops connections of their holders within seconds. A member is denied by its id,
 * too. Note what this cannot do: a member has held the key that opens the authority's, so one that was taken over by an
 * attacker is shut out for good only by a new authority.
 */
public final class Revocations {
    private final SystemRecords records;
    private final InstantSource clock;

    public Revocations(SystemRecords records, InstantSource clock) {
        this.records = records;
        this.clock = clock;
    }

    /**
     * The record of a revocation.
     *
     * @param notAfter seconds; when the certificate ends by itself, 0 for a member's id, which stays
     */
    public record Revoked(String name, String reason, long at, long notAfter) {}

    /** What revokes a member, every certificate of its that has not ended, and those whose keys lie in its directory. */
    public List<Change> ofMember(long memberId, String reason) {
        String id = LeafIdentity.hex(memberId);
        List<Change> changes = new ArrayList<>();
        changes.add(new Change(DenyList.RECORDS + DenyList.MEMBER + id, value(id, reason, 0)));
        changes.add(new Change(NodeCertificate.RECORDS + id, null));
        for (IssuedCertificate certificate : new AuthorityRecords(records).issued()) {
            boolean lives = !certificate.isOver(clock.instant());
            if (lives
                    && (id.equals(certificate.memberId()) || id.equals(certificate.keptBy()))
                    && changes.size() < SystemTxn.CHANGES_MAX / 2) {
                changes.add(of(certificate, reason));
            }
        }
        return changes;
    }

    /** What revokes the client and administrator certificates of a name. */
    public List<Change> ofHolder(String name, String reason) {
        return new AuthorityRecords(records)
                .issued().stream()
                        .filter(certificate -> certificate.memberId() == null
                                && certificate.name().equals(name)
                                && !certificate.isOver(clock.instant()))
                        .limit(SystemTxn.CHANGES_MAX)
                        .map(certificate -> of(certificate, reason))
                        .toList();
    }

    /** Revokes a member. Blocks until that is committed. */
    public void revokeMember(long memberId, String reason) throws IOException {
        Waits.get(records.commit(new SystemTxn(List.of(), ofMember(memberId, reason))), "revoking certificates");
    }

    /** What forgets certificates that have ended, and that they were revoked: nobody believes them anyway. */
    List<Change> forgotten() {
        Instant longAgo = clock.instant().minus(PeerIdentityCheck.OUTLIVES).minus(PeerIdentityCheck.OUTLIVES);
        List<Change> changes = new ArrayList<>();
        for (IssuedCertificate certificate : new AuthorityRecords(records).issued()) {
            if (certificate.isOver(longAgo) && changes.size() + 2 <= SystemTxn.CHANGES_MAX) {
                changes.add(new Change(IssuedCertificate.RECORDS + certificate.serial(), null));
                changes.add(new Change(DenyList.RECORDS + certificate.serial(), null));
            }
        }
        return changes;
    }

    private Change of(IssuedCertificate certificate, String reason) {
        return new Change(
                DenyList.RECORDS + certificate.serial(),
                value(certificate.name(), reason, certificate.notAfterSeconds()));
    }

    private Bytes value(@Nullable String name, String reason, long notAfter) {
        return RecordJson.write(
                new Revoked(name == null ? "" : name, reason, clock.instant().getEpochSecond(), notAfter));
    }
}
