package io.quorlite.agent.join;

import io.quorlite.agent.pki.CertificateRequests;
import io.quorlite.agent.pki.LeafCertificates;
import io.quorlite.agent.pki.LeafIdentity;
import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.token.TokenId;
import io.quorlite.agent.token.TokenSecret;
import io.quorlite.replication.PeerAddress;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request whose every part has the form it must have; whether it is granted is another matter.
 *
 * @param keyHash of the newcomer's public key, which it has proved to have the private half of
 */
record CheckedRequest(
        TokenId tokenId,
        TokenSecret secret,
        PublicKey key,
        String keyHash,
        String name,
        PeerAddress peerAddress,
        List<String> hosts,
        List<String> clientUrls,
        String version,
        String failureDomain,
        int weight,
        long clockMillis,
        long diskFreeBytes,
        long timeoutMillis) {
    private static final int TEXT_LENGTH_MAX = 200;
    private static final int URLS_MAX = 16;
    private static final int TIMEOUT_SECONDS_MAX = 3600;

    CheckedRequest {
        hosts = List.copyOf(hosts);
        clientUrls = List.copyOf(clientUrls);
    }

    /** @throws Refusal naming the part that is wrong */
    static CheckedRequest of(JoinRequest request) {
        try {
            PublicKey key = CertificateRequests.verifiedKey(
                    Base64.getDecoder().decode(given("certificateRequest", request.certificateRequest())));
            String name = LeafIdentity.client(0, text("name", request.name())).name(); // has a name's form
            PeerAddress address = PeerAddress.parse(text("peerAddress", request.peerAddress()));
            List<String> hosts = new ArrayList<>(List.of(LeafCertificates.normalHost(address.host())));
            for (String host : Objects.requireNonNullElse(request.hosts(), List.<String>of())) {
                hosts.add(LeafCertificates.normalHost(text("hosts", host)));
            }
            List<String> urls = Objects.requireNonNullElse(request.clientUrls(), List.of());
            urls.forEach(url -> text("clientUrls", url));
            if (hosts.size() > LeafCertificates.HOSTS_MAX || urls.size() > URLS_MAX) {
                throw new IllegalArgumentException("too many addresses");
            }
            return new CheckedRequest(
                    TokenId.parse(given("tokenId", request.tokenId())),
                    TokenSecret.parse(given("secret", request.secret())),
                    key,
                    SpkiPin.of(key).hex(),
                    name,
                    address,
                    hosts,
                    urls,
                    text("version", request.version()),
                    line(Objects.requireNonNullElse(request.failureDomain(), "")),
                    request.weight(),
                    request.clockMillis(),
                    request.diskFreeBytes(),
                    1000L * Math.max(1, Math.min(request.timeoutSeconds(), TIMEOUT_SECONDS_MAX)));
        } catch (IllegalArgumentException | CertificateException e) {
            throw new Refusal(
                    ExitCode.USAGE, "BAD_REQUEST", "The request to join is not well formed: " + e.getMessage(), "");
        }
    }

    private static String given(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value;
    }

    private static String text(String field, @Nullable String value) {
        String given = given(field, value);
        if (given.length() > TEXT_LENGTH_MAX || given.chars().anyMatch(c -> c <= ' ')) {
            throw new IllegalArgumentException(field + " is too long or has blanks in it");
        }
        return given;
    }

    /** Attributes are kept as lines. */
    private static String line(String value) {
        if (value.length() > TEXT_LENGTH_MAX || value.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("failureDomain is too long or has line breaks in it");
        }
        return value;
    }
}
