package io.quorlite.agent.join;

import io.quorlite.agent.token.TokenId;
import io.quorlite.roles.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A token as the cluster keeps it, in the record {@code token/<id>}: all but its secret.
 *
 * @param secretHash SHA-256 of the secret, hexadecimal digits
 * @param role what newcomers with it shall be, null for what the cluster needs
 * @param name the only name that may be joined with it, null for any
 * @param revokedAt seconds, 0 for never
 */
public record TokenRecord(
        String id,
        String secretHash,
        @Nullable Role role,
        @Nullable String name,
        String description,
        String createdBy,
        long createdAt,
        long notAfter,
        int maxUses,
        List<Use> uses,
        long revokedAt) {
    static final String RECORDS = "token/";

    public TokenRecord {
        uses = List.copyOf(uses);
    }

    /**
     * A newcomer that was let in.
     *
     * @param keyHash of the key it asked for a certificate with, which knows it again
     */
    public record Use(String keyHash, String memberId, String name, String address, long at) {}

    static String recordName(TokenId id) {
        return RECORDS + id;
    }

    Optional<Use> useOf(String keyHash) {
        return uses.stream().filter(use -> use.keyHash().equals(keyHash)).findFirst();
    }

    public boolean isExpired(Instant now) {
        return now.getEpochSecond() >= notAfter;
    }

    public boolean isRevoked() {
        return revokedAt != 0;
    }

    /** Whether it still lets somebody in. */
    public boolean isGood(Instant now) {
        return !isExpired(now) && !isRevoked() && uses.size() < maxUses;
    }

    TokenRecord with(Use use) {
        List<Use> more = new ArrayList<>(uses);
        more.removeIf(before -> before.keyHash().equals(use.keyHash()));
        more.add(use);
        return of(more, revokedAt);
    }

    TokenRecord without(String memberId) {
        return of(uses.stream().filter(use -> !use.memberId().equals(memberId)).toList(), revokedAt);
    }

    TokenRecord revoked(Instant now) {
        return of(uses, now.getEpochSecond());
    }

    private TokenRecord of(List<Use> newUses, long newRevokedAt) {
        return new TokenRecord(
                id,
                secretHash,
                role,
                name,
                description,
                createdBy,
                createdAt,
                notAfter,
                maxUses,
                newUses,
                newRevokedAt);
    }
}
