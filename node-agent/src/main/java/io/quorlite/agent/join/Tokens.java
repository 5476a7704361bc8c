package io.quorlite.agent.join;

import io.quorlite.agent.pki.AuthorityRecords;
import io.quorlite.agent.pki.RecordJson;
import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.token.JoinToken;
import io.quorlite.agent.token.TokenId;
import io.quorlite.agent.token.TokenSecret;
import io.quorlite.datastore.SystemRecords;
import io.quorlite.mvcc.Bytes;
import io.quorlite.replication.PeerAddress;
import io.quorlite.roles.Role;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import io.quorlite.system.SystemTxn.Change;
import io.quorlite.system.SystemTxn.Condition;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's join tokens. They lie in replicated records, so that any member makes and honours them; the secret is not among what
 * is kept. Blocks for as long as a commit takes. Thread-safe.
 */
public final class Tokens {
    public static final Duration TTL = Duration.ofHours(1);
    public static final int USES_MAX = 100;

    private static final Duration TTL_MAX = Duration.ofDays(366);
    private static final int TOKENS_MAX = 256;
    /** Tokens that are over are shown for so long. */
    private static final Duration REMEMBERED = Duration.ofDays(7);

    private static final int TEXT_LENGTH_MAX = 200;

    private final SystemRecords records;
    private final long clusterId;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    public Tokens(SystemRecords records, long clusterId, InstantSource clock) {
        this.records = records;
        this.clusterId = clusterId;
        this.clock = clock;
    }

    /**
     * What is asked of a new token.
     *
     * @param role what newcomers with it shall be, null for what the cluster needs
     * @param name the only name that may be joined with it, null for any
     */
    public record Wish(
            Duration ttl,
            int uses,
            @Nullable Role role,
            @Nullable String name,
            String description,
            String createdBy) {
        public static final Wish DEFAULT = new Wish(TTL, 1, null, null, "", "");

        public Wish {
            if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.compareTo(TTL_MAX) > 0) {
                throw new Refusal(ExitCode.USAGE, "A token lives from 1 second to " + TTL_MAX.toDays() + " days.");
            }
            if (uses < 1 || uses > USES_MAX) {
                throw new Refusal(ExitCode.USAGE, "A token can be used 1 to " + USES_MAX + " times, not " + uses + ".");
            }
            if (description.length() > TEXT_LENGTH_MAX || createdBy.length() > TEXT_LENGTH_MAX) {
                throw new Refusal(ExitCode.USAGE, "A description has at most " + TEXT_LENGTH_MAX + " characters.");
            }
        }
    }

    /**
     * Makes a token; what it returns is the only place where its secret is.
     *
     * @param endpoints admin addresses of members, the nearest first; more than fit are left out
     */
    public JoinToken create(Wish wish, List<PeerAddress> endpoints) {
        if (endpoints.isEmpty()) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "NO_ADMIN_ADDRESS",
                    "No member has an admin address that others can reach, so nobody could join there.",
                    "Give this node one: node-agent config set listen.admin HOST:2382, and restart it");
        }
        Instant now = clock.instant();
        List<Change> changes = new ArrayList<>(forgotten(now));
        if (all().size() - changes.size() >= TOKENS_MAX) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "TOO_MANY_TOKENS",
                    "There are " + TOKENS_MAX + " tokens.",
                    "Revoke some: node-agent token list");
        }
        for (int attempt = 0; attempt < 5; attempt++) { // ids are short: one may be taken
            JoinToken token = draw(wish, endpoints, now);
            String name = TokenRecord.recordName(token.id());
            List<Change> all = new ArrayList<>(changes);
            all.add(new Change(name, RecordJson.write(recordOf(token, wish, now))));
            if (Commits.commit(records, new SystemTxn(List.of(new Condition(name, 0)), all))) {
                return token;
            }
        }
        throw new Refusal(ExitCode.INTERNAL_ERROR, "no free id was found for a token");
    }

    private JoinToken draw(Wish wish, List<PeerAddress> endpoints, Instant now) {
        List<SpkiPin> pins = new AuthorityRecords(records)
                .believed().stream().limit(JoinToken.PINS_MAX).map(SpkiPin::of).toList();
        if (pins.isEmpty()) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "PLAIN_TEXT",
                    "This cluster has no certificate authority, so nobody can join it safely.",
                    "Make one with: node-agent init");
        }
        return JoinToken.draw(
                random,
                clusterId,
                pins,
                wish.role(),
                Instant.ofEpochSecond(now.plus(wish.ttl()).getEpochSecond()),
                endpoints.stream().distinct().limit(JoinToken.ENDPOINTS_MAX).toList());
    }

    private static TokenRecord recordOf(JoinToken token, Wish wish, Instant now) {
        return new TokenRecord(
                token.id().toString(),
                HexFormat.of().formatHex(token.secret().sha256().unsafeArray()),
                wish.role(),
                wish.name(),
                wish.description(),
                wish.createdBy(),
                now.getEpochSecond(),
                token.expires().getEpochSecond(),
                wish.uses(),
                List.of(),
                0);
    }

    private List<Change> forgotten(Instant now) {
        return all().stream()
                .filter(token -> token.isExpired(now.minus(REMEMBERED)))
                .limit(SystemTxn.CHANGES_MAX / 2)
                .map(token -> new Change(TokenRecord.RECORDS + token.id(), null))
                .toList();
    }

    /** All that are remembered, the newest first. */
    public List<TokenRecord> all() {
        return records.list(TokenRecord.RECORDS).stream()
                .map(found -> RecordJson.read(found, TokenRecord.class))
                .sorted(Comparator.comparingLong(TokenRecord::createdAt).reversed())
                .toList();
    }

    /**
     * What is known of a token.
     *
     * @throws Refusal if there is none
     */
    public TokenRecord get(TokenId id) {
        return find(id).map(Found::token).orElseThrow(() -> unknown(id));
    }

    /** Lets nobody in with it from now on; whoever is a member stays one. */
    public TokenRecord revoke(TokenId id) {
        while (true) {
            Found found = find(id).orElseThrow(() -> unknown(id));
            if (found.token().isRevoked()) {
                return found.token();
            }
            TokenRecord revoked = found.token().revoked(clock.instant());
            if (Commits.commit(records, new SystemTxn(List.of(found.unchanged()), List.of(found.to(revoked))))) {
                return revoked;
            }
        }
    }

    private static Refusal unknown(TokenId id) {
        return new Refusal(
                ExitCode.CONFLICT, "TOKEN_NOT_FOUND", "There is no token " + id + ".", "See: node-agent token list");
    }

    /** A token's record as it was read. */
    record Found(SystemRecord read, TokenRecord token) {
        Condition unchanged() {
            return new Condition(read.name(), read.version());
        }

        Change to(TokenRecord changed) {
            return new Change(read.name(), RecordJson.write(changed));
        }
    }

    Optional<Found> find(TokenId id) {
        return records.get(TokenRecord.recordName(id))
                .map(read -> new Found(read, RecordJson.read(read, TokenRecord.class)));
    }

    /** The token that {@code secret} is the secret of; takes as long for one that is not there as for one that is. */
    Optional<Found> verified(TokenId id, TokenSecret secret) {
        Optional<Found> found = find(id);
        String hash = found.map(here -> here.token().secretHash()).orElse("00".repeat(32));
        boolean matches = secret.matches(Bytes.wrap(HexFormat.of().parseHex(hash)));
        return matches ? found : Optional.empty();
    }
}
