package io.quorlite.agent.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member as the asked node sees it. What it cannot know is null.
 *
 * @param role voter, standby, spare, or joining for one that has not had its first role
 * @param state healthy, degraded, down, or unknown
 * @param downMillis since when nothing was heard of it
 * @param lagEntries how many committed entries it has not applied
 * @param message one sentence for a person
 */
public record MemberStatus(
        String id,
        String name,
        String role,
        boolean leader,
        boolean learner,
        String state,
        @Nullable Long downMillis,
        String peerAddress,
        List<String> clientUrls,
        @Nullable String adminAddress,
        @Nullable String version,
        @Nullable Long dbSizeBytes,
        @Nullable Long dbSizeInUseBytes,
        @Nullable Long appliedIndex,
        @Nullable Long lagEntries,
        @Nullable String certNotAfter,
        @Nullable String failureDomain,
        @Nullable Integer weight,
        @Nullable Boolean draining,
        @Nullable Boolean copying,
        String message) {
    public boolean isVoter() {
        return role.equals("voter");
    }

    public boolean isHealthy() {
        return state.equals("healthy");
    }
}
