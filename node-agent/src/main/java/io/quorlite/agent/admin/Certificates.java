package io.quorlite.agent.admin;

import io.quorlite.agent.pki.AuthorityRecords;
import io.quorlite.agent.pki.AuthorityRotation;
import io.quorlite.agent.pki.IssuedCertificate;
import io.quorlite.agent.pki.KeyEncryptionKey;
import io.quorlite.agent.pki.NodeSecurity;
import io.quorlite.agent.pki.Revocations;
import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.replication.Member;
import io.quorlite.system.SystemTxn;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The cluster's certificates as operators see and change them; of a secured node. Blocks. */
public final class Certificates {
    private static final long COMMIT_SECONDS = 30;
    /** Time enough to hand new certificates to clients, which do not renew themselves. */
    private static final Duration KEEP_OLD = Duration.ofHours(1);

    private static final String REVOKED = "pki/revoked/";

    private final LocalNode node;
    private final NodeSecurity security;
    private final AuthorityRotation rotation;

    Certificates(LocalNode node, NodeSecurity security, AuthorityRotation rotation) {
        this.node = node;
        this.security = security;
        this.rotation = rotation;
    }

    /** @param rotation null where no authority is being replaced */
    public record CertificatesStatus(
            List<AuthorityStatus> authorities,
            List<CertificateStatus> certificates,
            @Nullable RotationStatus rotation) {}

    /**
     * A replacement of the authority that is under way.
     *
     * @param phase believe or reissue
     * @param waitingFor the members that have not done their part
     */
    public record RotationStatus(String phase, String from, String to, boolean undone, List<String> waitingFor) {}

    /** @param keepOldSeconds how long the old authority is believed at least; null for an hour */
    record RotationWish(@Nullable Long keepOldSeconds) {}

    /** @param notAfter RFC 3339 */
    public record AuthorityStatus(String pin, String subject, String notAfter) {}

    /** @param state valid or revoked */
    public record CertificateStatus(String name, String role, String serial, String notAfter, String state) {}

    CertificatesStatus status() {
        AuthorityRecords records = new AuthorityRecords(node.records());
        List<AuthorityStatus> authorities = records.believed().stream()
                .map(authority -> new AuthorityStatus(
                        SpkiPin.of(authority).toString(),
                        authority.getSubjectX500Principal().getName(),
                        authority.getNotAfter().toInstant().toString()))
                .toList();
        Instant now = Instant.now();
        return new CertificatesStatus(
                authorities,
                records.issued().stream()
                        .filter(issued -> !issued.isOver(now))
                        .map(this::shown)
                        .toList(),
                rotationStatus());
    }

    private @Nullable RotationStatus rotationStatus() {
        return rotation.progress()
                .map(progress -> new RotationStatus(
                        progress.phase().name().toLowerCase(Locale.ROOT),
                        progress.from(),
                        progress.to(),
                        progress.undone(),
                        progress.waitingFor()))
                .orElse(null);
    }

    /** Begins to replace the authority; the leader goes on with it. */
    Object rotate(AdminRequest request) throws Exception {
        Long seconds = request.body().isBlank()
                ? null
                : request.body(RotationWish.class).keepOldSeconds();
        KeyEncryptionKey kek = security.directory()
                .keyEncryptionKey()
                .orElseThrow(() -> new IOException("the key in pki/kek is missing on " + node.name()));
        try {
            rotation.start(
                    kek,
                    null,
                    node.store().status().clusterId(),
                    seconds == null ? KEEP_OLD : Duration.ofSeconds(seconds));
        } catch (IllegalStateException e) {
            throw new Refusal(ExitCode.CONFLICT, "ROTATION", e.getMessage() + ".", "See: node-agent certs status");
        }
        return status();
    }

    Object undoRotation() throws IOException {
        try {
            rotation.undo();
        } catch (IllegalStateException e) {
            throw new Refusal(ExitCode.CONFLICT, "ROTATION", e.getMessage() + ".", "See: node-agent certs status");
        }
        return status();
    }

    private CertificateStatus shown(IssuedCertificate issued) {
        boolean revoked = node.records().get(REVOKED + issued.serial()).isPresent();
        return new CertificateStatus(
                issued.name(),
                issued.role(),
                issued.serial(),
                Instant.ofEpochSecond(issued.notAfterSeconds()).toString(),
                revoked ? "revoked" : "valid");
    }

    Object renew() throws Exception {
        security.renewNow();
        return Map.of("renewed", node.name());
    }

    /** A member's by its name or id; else those of a client or administrator of that name. */
    Object revoke(AdminRequest request) throws Exception {
        String name = request.parameter("name");
        Revocations revocations = new Revocations(node.records(), InstantSource.system());
        Optional<Member> member = node.members().all().stream()
                .filter(one ->
                        one.name().equals(name) || NodeRecord.hex(one.id()).equals(name))
                .findFirst();
        if (member.isPresent()
                && member.get().id() == node.store().status().replication().memberId()) {
            throw new Refusal(
                    ExitCode.REFUSED_UNSAFE,
                    "OWN_CERTIFICATE",
                    "Refused: " + name + " would shut itself out. Ask another member, or: node-agent leave.",
                    "");
        }
        List<SystemTxn.Change> changes = member.isPresent()
                ? revocations.ofMember(member.get().id(), "revoked by an operator")
                : revocations.ofHolder(name, "revoked by an operator");
        if (changes.isEmpty()) {
            String holders = Stream.concat(
                            node.members().all().stream().map(Member::name),
                            new AuthorityRecords(node.records())
                                    .issued().stream().map(IssuedCertificate::name))
                    .distinct()
                    .collect(Collectors.joining(", "));
            throw new Refusal(
                    ExitCode.USAGE,
                    "NOT_FOUND",
                    "Nobody named '" + name + "' has a certificate. Holders: " + holders,
                    "");
        }
        node.records().commit(new SystemTxn(List.of(), changes)).get(COMMIT_SECONDS, TimeUnit.SECONDS);
        return Map.of("revoked", name);
    }
}
