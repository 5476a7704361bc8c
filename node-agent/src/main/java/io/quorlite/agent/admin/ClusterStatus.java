package io.quorlite.agent.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the cluster stands, as seen from one node; {@code GET /v1/status}.
 *
 * @param ha whether the configuration tolerates a failure when all of it is well
 * @param faultTolerance how many voters it may lose when all are well
 * @param leader its name, null for none
 * @param degraded what is wrong in words, with what to do; null if all is well
 */
public record ClusterStatus(
        String apiVersion,
        String kind,
        String clusterId,
        boolean ha,
        int faultTolerance,
        Quorum quorum,
        @Nullable String leader,
        long term,
        long revision,
        long dbSizeBytes,
        long quotaBytes,
        List<MemberStatus> members,
        List<String> alarms,
        List<Warning> warnings,
        @Nullable String degraded) {
    static final String KIND = "ClusterStatus";
    static final String NO_LEADER = "No leader";

    /** Whether nothing can be written: no leader is known, or there is no majority for one. */
    public boolean hasNoLeader() {
        return degraded != null && degraded.startsWith(NO_LEADER);
    }

    /** @param needed how many of the voters make a majority */
    public record Quorum(int voters, int healthy, int needed) {
        public boolean holds() {
            return healthy >= needed;
        }
    }

    /** @param code a stable word for programs, beginning with {@code W-} */
    public record Warning(String code, String text) {}
}
