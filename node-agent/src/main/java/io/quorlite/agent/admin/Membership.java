package io.quorlite.agent.admin;

import io.quorlite.agent.join.Admissions;
import io.quorlite.agent.join.JoinRequest;
import io.quorlite.agent.join.TokenRecord;
import io.quorlite.agent.join.Tokens;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.token.JoinToken;
import io.quorlite.agent.token.TokenId;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.roles.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tokens, and who joins with them; of a secured node. Blocks. */
final class Membership {
    private final LocalNode node;
    private final Admissions admissions;

    Membership(LocalNode node, Admissions admissions) {
        this.node = node;
        this.admissions = admissions;
    }

    Object join(AdminRequest request) {
        return admissions.admit(request.body(JoinRequest.class), request.origin());
    }

    Object createToken(AdminRequest request) {
        TokenWish wish =
                request.body().isBlank() ? new TokenWish(null, null, null, null, null) : request.body(TokenWish.class);
        Duration ttl = wish.ttlSeconds() == null ? Tokens.TTL : Duration.ofSeconds(wish.ttlSeconds());
        int uses = wish.uses() == null ? 1 : wish.uses();
        JoinToken token = admissions
                .tokens()
                .create(
                        new Tokens.Wish(
                                ttl,
                                uses,
                                role(wish.role()),
                                wish.name(),
                                Objects.requireNonNullElse(wish.description(), ""),
                                createdBy(request.caller())),
                        endpoints());
        return new TokenReply(
                token.text(),
                token.id().toString(),
                token.endpoints().stream().map(PeerAddress::toString).toList(),
                token.expires().toString(),
                ttl.toSeconds(),
                uses);
    }

    private String createdBy(Caller caller) {
        return caller.kind() == Caller.Kind.LOCAL ? "operator on " + node.name() : caller.name();
    }

    private static @Nullable Role role(@Nullable String word) {
        if (word == null || word.equalsIgnoreCase("auto")) {
            return null;
        }
        try {
            return Role.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new Refusal(ExitCode.USAGE, "a role is auto, voter, standby or spare, not " + word);
        }
    }

    /** Admin addresses: this node's first, as whoever asked it can reach it; then those of members in their order. */
    private List<PeerAddress> endpoints() {
        List<PeerAddress> endpoints = new ArrayList<>();
        String own = node.addresses().admin();
        if (own != null) {
            endpoints.add(PeerAddress.parse(own));
        }
        for (Member member : node.members().all()) {
            node.records()
                    .get(NodeRecord.recordName(member.id()))
                    .map(NodeRecord::decode)
                    .map(NodeRecord::admin)
                    .ifPresent(address -> endpoints.add(PeerAddress.parse(address)));
        }
        return endpoints.stream().distinct().toList();
    }

    Object tokens() {
        return Map.of(
                "tokens",
                admissions.tokens().all().stream().map(Membership::shown).toList());
    }

    Object revokeToken(AdminRequest request) {
        TokenId id;
        try {
            id = TokenId.parse(request.parameter("id"));
        } catch (IllegalArgumentException e) {
            throw new Refusal(ExitCode.USAGE, "'" + request.parameter("id") + "' is not a token's id such as k3x9q2");
        }
        return shown(admissions.tokens().revoke(id));
    }

    /** Without the hash of its secret, which nobody needs. */
    private static Map<String, Object> shown(TokenRecord token) {
        Instant now = Instant.now();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", token.id());
        shown.put("role", token.role() == null ? "auto" : token.role().name().toLowerCase(Locale.ROOT));
        if (token.name() != null) {
            shown.put("name", token.name());
        }
        shown.put("description", token.description());
        shown.put("createdBy", token.createdBy());
        shown.put("createdAt", Instant.ofEpochSecond(token.createdAt()).toString());
        shown.put("expires", Instant.ofEpochSecond(token.notAfter()).toString());
        shown.put("uses", token.uses().size());
        shown.put("maxUses", token.maxUses());
        shown.put("usedBy", token.uses().stream().map(TokenRecord.Use::name).toList());
        shown.put(
                "state",
                token.isRevoked()
                        ? "revoked"
                        : token.isExpired(now) ? "expired" : token.isGood(now) ? "valid" : "used");
        return shown;
    }
}
