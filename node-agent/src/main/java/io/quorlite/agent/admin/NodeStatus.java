package io.quorlite.agent.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a node stands, as it knows itself; {@code GET /v1/node}.
 *
 * @param part what Raft has it do: leader, follower, candidate, learner or stopped
 * @param ready whether a linearizable read succeeded a moment ago
 * @param certNotAfter when its certificate ends, RFC 3339; null where it has none
 * @param addresses where it serves what
 * @param progress how far the others are; of a leader only
 */
public record NodeStatus(
        String apiVersion,
        String kind,
        String clusterId,
        String id,
        String name,
        String version,
        long pid,
        String part,
        boolean ready,
        @Nullable String leaderId,
        long term,
        long revision,
        long compactRevision,
        long commitIndex,
        long appliedIndex,
        long lastIndex,
        long dbSizeBytes,
        long dbSizeInUseBytes,
        long quotaBytes,
        List<String> alarms,
        @Nullable String certNotAfter,
        Addresses addresses,
        List<Progress> progress) {
    static final String KIND = "NodeStatus";

    /** @param admin null where there is no TCP port for it */
    public record Addresses(
            List<String> client, String peer, @Nullable String admin) {}

    /** @param silentMillis since when nothing was heard of it; null for never in this term */
    public record Progress(
            String id, long matchIndex, @Nullable Long silentMillis, boolean copying) {}

    public boolean leads() {
        return part.equals("leader");
    }
}
