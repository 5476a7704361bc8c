package io.quorlite.agent.token;

import io.quorlite.agent.pki.IpLiteral;
import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.replication.PeerAddress;
import io.quorlite.roles.Role;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code add-node} prints and {@code join} takes: where the cluster is, how to know its authority, and the right to join. The
 * text form is {@link TokenCodec}'s; a second one, {@code host:port/id.secret/sha256:…}, can be typed by hand and leaves out
 * cluster, role and time, which the cluster knows anyway.
 *
 * @param clusterId 0 where the token does not say
 * @param pins the keys of which one must have signed the cluster's certificates; two while the authority is being replaced
 * @param role what the newcomer shall be, null for what the cluster needs
 * @param expires when it ends, in whole seconds; the epoch where the token does not say. Only the cluster's record decides
 * @param endpoints admin addresses of members, IP addresses in their usual form
 */
public record JoinToken(
        long clusterId,
        TokenId id,
        TokenSecret secret,
        List<SpkiPin> pins,
        @Nullable Role role,
        Instant expires,
        List<PeerAddress> endpoints) {
    /** For scanners that look for secrets where none should be. */
    public static final String PREFIX = "nat1_";

    public static final int PINS_MAX = 2;
    public static final int ENDPOINTS_MAX = 8;
    private static final int HOST_LENGTH_MAX = 253;
    private static final long EXPIRES_SECONDS_MAX = 0xffff_ffffL;

    public JoinToken {
        pins = List.copyOf(pins);
        endpoints = endpoints.stream().map(JoinToken::normal).toList();
        if (pins.isEmpty() || pins.size() > PINS_MAX) {
            throw new IllegalArgumentException("a token has 1 or " + PINS_MAX + " pins, not " + pins.size());
        }
        if (endpoints.isEmpty() || endpoints.size() > ENDPOINTS_MAX) {
            throw new IllegalArgumentException(
                    "a token has 1 to " + ENDPOINTS_MAX + " endpoints, not " + endpoints.size());
        }
        if (expires.getNano() != 0 || expires.getEpochSecond() < 0 || expires.getEpochSecond() > EXPIRES_SECONDS_MAX) {
            throw new IllegalArgumentException("a token cannot end at " + expires);
        }
    }

    private static PeerAddress normal(PeerAddress endpoint) {
        String host = IpLiteral.normal(endpoint.host());
        boolean name = IpLiteral.parse(host).isEmpty();
        if (endpoint.port() == 0 || (name && (host.length() > HOST_LENGTH_MAX || !host.matches("[a-z0-9._-]+")))) {
            throw new IllegalArgumentException("not an address to join at: " + endpoint);
        }
        return new PeerAddress(host, endpoint.port());
    }

    /** A new one with an id and a secret of its own. */
    public static JoinToken draw(
            SecureRandom random,
            long clusterId,
            List<SpkiPin> pins,
            @Nullable Role role,
            Instant expires,
            List<PeerAddress> endpoints) {
        return new JoinToken(clusterId, TokenId.draw(random), TokenSecret.draw(random), pins, role, expires, endpoints);
    }

    /**
     * Reads either form; blanks and line ends that a terminal put in between do not matter.
     *
     * @throws MalformedTokenException if it is neither, or not whole
     */
    public static JoinToken parse(String text) {
        String bare = text.replaceAll("\\s+", "");
        if (bare.startsWith(PREFIX)) {
            return TokenCodec.decode(bare.substring(PREFIX.length()));
        }
        if (bare.contains("/sha256:")) {
            return PlainToken.parse(bare);
        }
        if (bare.toLowerCase(Locale.ROOT).matches("nat\\d+_.*")) {
            throw new MalformedTokenException("The token is of a form that this version does not know (it begins with "
                    + bare.substring(0, bare.indexOf('_') + 1) + ", not " + PREFIX
                    + "). Install the version that the cluster runs.");
        }
        throw new MalformedTokenException(
                bare.isEmpty()
                        ? "The token is empty"
                        : "This is not a join token: one begins with " + PREFIX
                                + ". Create one on a member: node-agent add-node");
    }

    /** The whole token, secret included: for the person who asked for it, and never for a log. */
    public String text() {
        return PREFIX + TokenCodec.encode(this);
    }

    /** The form that MicroK8s' users know, for one of the {@link #endpoints}. */
    public String plainText(PeerAddress endpoint) {
        return PlainToken.format(this, endpoint);
    }

    /** What may be seen by anybody. */
    @Override
    public String toString() {
        return "token " + id + " for " + endpoints;
    }
}
