package io.quorlite.agent.join;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a newcomer sends, over a connection on which it has recognised the cluster, and not before. From the network: anything may be
 * null or wrong until {@link Admissions} has looked.
 *
 * @param tokenId such as {@code k3x9q2}
 * @param secret Base64url
 * @param certificateRequest PKCS#10, DER, Base64
 * @param name that it wants to have
 * @param peerAddress where the members will reach it
 * @param hosts further addresses and names for its certificate
 * @param clientUrls what it will tell clients to connect to
 * @param version of its program
 * @param clockMillis its clock, when it sent this
 * @param diskFreeBytes where its data will lie
 * @param timeoutSeconds when it gives up, and the cluster takes everything back
 */
public record JoinRequest(
        @Nullable String tokenId,
        @Nullable String secret,
        @Nullable String certificateRequest,
        @Nullable String name,
        @Nullable String peerAddress,
        @Nullable List<String> hosts,
        @Nullable List<String> clientUrls,
        @Nullable String version,
        @Nullable String failureDomain,
        int weight,
        long clockMillis,
        long diskFreeBytes,
        int timeoutSeconds) {
    public static final String PATH = "/v1/join";

    /** Without the secret. */
    @Override
    public String toString() {
        return "join of " + name + " at " + peerAddress + " with token " + tokenId;
    }
}
