package io.quorlite.agent.join;

import io.quorlite.agent.join.JoinGrant.Peer;
import io.quorlite.agent.pki.AuthorityRecords;
import io.quorlite.agent.pki.AuthorityRecords.Issue;
import io.quorlite.agent.pki.KeyEncryptionKey;
import io.quorlite.agent.pki.LeafIdentity;
import io.quorlite.agent.pki.Pem;
import io.quorlite.agent.pki.RecordJson;
import io.quorlite.agent.pki.RenewalSettings;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.datastore.ClusterMembers;
import io.quorlite.datastore.SystemRecords;
import io.quorlite.mvcc.Bytes;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.roles.Role;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import io.quorlite.system.SystemTxn.Change;
import io.quorlite.system.SystemTxn.Condition;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets newcomers in, on the leader. All {@link Preconditions} are looked at before anything is changed; then one transaction uses the token up,
 * remembers the certificate and the newcomer's deadline, and says what it shall be. A newcomer that asks again with the same token
 * and key, because the answer was lost or a leader was, gets the same member id. {@link JoinKeeper} changes the group when the
 * newcomer runs, and takes back what does not come about. Thread-safe; {@link #admit} blocks.
 */
public final class Admissions {
    /** So long a newcomer that is a member already is answered again. */
    static final Duration RETRY = Duration.ofMinutes(10);

    /** Written by every admission, so that of two at once one begins again and sees the other's name and address. */
    private static final String TURN = "joining-turn";

    /** What a newcomer has beyond the time it gives itself, for an answer that is under way. */
    private static final long GRACE_MILLIS = 15_000;

    private static final int ATTEMPTS_MAX = 5;
    private static final Logger LOG = LoggerFactory.getLogger(Admissions.class);

    private final SystemRecords records;
    private final ClusterMembers members;
    private final ClusterState state;
    private final Tokens tokens;
    private final AuthorityRecords authorities;
    private final KeyEncryptionKey kek;
    private final Settings settings;
    private final InstantSource clock;
    private final Preconditions preconditions;
    private final GuessLimit guesses = new GuessLimit();
    private final SecureRandom random = new SecureRandom();

    /**
     * What it goes by.
     *
     * @param lifetime of the certificates it issues
     */
    public record Settings(long clusterId, String version, Duration lifetime) {}

    public Admissions(
            SystemRecords records,
            ClusterMembers members,
            ClusterState state,
            KeyEncryptionKey kek,
            Settings settings,
            InstantSource clock) {
        this.records = records;
        this.members = members;
        this.state = state;
        this.tokens = new Tokens(records, settings.clusterId(), clock);
        this.authorities = new AuthorityRecords(records);
        this.kek = kek;
        this.settings = settings;
        this.clock = clock;
        this.preconditions = new Preconditions(records, members, state, settings.version(), clock);
    }

    public Tokens tokens() {
        return tokens;
    }

    /**
     * Grants membership, or says why not; a refusal has consumed nothing.
     *
     * @param from the address the request came from, without a port; of the newcomer itself where another member passed it on
     */
    public JoinGrant admit(JoinRequest request, String from) {
        long nowNanos = System.nanoTime();
        if (guesses.isExceeded(from, nowNanos)) {
            throw new Refusal(
                    ExitCode.TOKEN, "TOO_MANY_TRIES", "Too many wrong tokens from " + from + ". Wait a second.", "");
        }
        CheckedRequest checked = CheckedRequest.of(request);
        Commits.get(records.sync());
        requireLeading();
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            JoinGrant grant = attempt(checked, from, nowNanos);
            if (grant != null) {
                return grant;
            }
        }
        throw new Refusal(ExitCode.TIMEOUT, "BUSY", "Too many nodes join at once; nothing was changed.", "Join again.");
    }

    private void requireLeading() {
        if (state.leaderId() != state.memberId()) {
            throw new Refusal(
                    ExitCode.NO_LEADER,
                    "NOT_LEADER",
                    "This member does not lead, and only the leader lets nodes in.",
                    "");
        }
    }

    /** @return null if something else was changed at the same time, and all must be looked at again */
    private @Nullable JoinGrant attempt(CheckedRequest request, String from, long nowNanos) {
        long turn = records.get(TURN).map(SystemRecord::version).orElse(0L);
        Tokens.Found token = tokens.verified(request.tokenId(), request.secret())
                .orElseThrow(() -> unknownToken(request, from, nowNanos));
        long earlier = preconditions.earlier(request, token.token()).orElse(0L);
        preconditions.require(request, token.token(), earlier);
        long memberId = earlier == 0 ? drawId() : earlier;
        Issue issue = issue(request, memberId);
        List<Change> changes = new ArrayList<>();
        changes.add(new Change(TURN, Bytes.utf8(LeafIdentity.hex(memberId))));
        changes.add(issue.remembered());
        if (earlier == 0) {
            changes.add(token.to(token.token().with(use(request, memberId, from))));
            changes.add(new Change(MemberAttributes.recordName(memberId), attributes(request, token.token())));
        }
        if (earlier == 0 || records.get(Joining.recordName(memberId)).isPresent()) {
            changes.add(new Change(Joining.recordName(memberId), RecordJson.write(joining(request, memberId))));
        }
        if (!Commits.commit(records, new SystemTxn(List.of(new Condition(TURN, turn), token.unchanged()), changes))) {
            return null;
        }
        LOG.info(
                "{} ({}) joins as member {} with token {}",
                request.name(),
                request.peerAddress(),
                LeafIdentity.hex(memberId),
                request.tokenId());
        return grant(memberId, issue);
    }

    private Refusal unknownToken(CheckedRequest request, String from, long nowNanos) {
        guesses.wrong(from, nowNanos);
        LOG.warn("a wrong token was shown by {}, with the id {}", from, request.tokenId());
        return new Refusal(
                ExitCode.TOKEN,
                "TOKEN_UNKNOWN",
                "This cluster has no token " + request.tokenId() + " with that secret.",
                "Create one on a member: node-agent add-node");
    }

    private long drawId() {
        return Math.max(1, random.nextLong() >>> 1); // positive, as some clients keep ids in signed numbers
    }

    private Issue issue(CheckedRequest request, long memberId) {
        try {
            return authorities.issue(
                    kek,
                    request.key(),
                    LeafIdentity.node(settings.clusterId(), memberId, request.name()),
                    memberId,
                    new RenewalSettings(request.hosts(), settings.lifetime(), RenewalSettings.RENEW_AT),
                    clock.instant());
        } catch (CertificateException e) {
            throw new Refusal(
                    ExitCode.INTERNAL_ERROR, "CANNOT_SIGN", "No certificate can be issued here: " + e.getMessage(), "");
        }
    }

    private TokenRecord.Use use(CheckedRequest request, long memberId, String from) {
        return new TokenRecord.Use(
                request.keyHash(),
                LeafIdentity.hex(memberId),
                request.name(),
                from,
                clock.instant().getEpochSecond());
    }

    private static Bytes attributes(CheckedRequest request, TokenRecord token) {
        return new MemberAttributes(
                        request.failureDomain(), request.weight(), Role.SPARE, token.role(), true, false, false)
                .encode();
    }

    private Joining joining(CheckedRequest request, long memberId) {
        return new Joining(
                LeafIdentity.hex(memberId),
                request.name(),
                request.peerAddress().toString(),
                request.tokenId().toString(),
                request.keyHash(),
                clock.millis() + request.timeoutMillis() + GRACE_MILLIS);
    }

    private JoinGrant grant(long memberId, Issue issue) {
        return new JoinGrant(
                LeafIdentity.hex(settings.clusterId()),
                LeafIdentity.hex(memberId),
                Pem.of(issue.chain()),
                Pem.of(authorities.believed()),
                kek.text(),
                settings.version(),
                members.all().stream()
                        .map(member -> new Peer(
                                LeafIdentity.hex(member.id()),
                                member.name(),
                                member.peerAddress().toString(),
                                !member.learner()))
                        .toList());
    }
}
