package io.quorlite.agent.cli;

import io.quorlite.agent.admin.ClusterStatus;
import io.quorlite.agent.admin.MemberStatus;
import io.quorlite.agent.config.Durations;
import io.quorlite.agent.config.Sizes;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A cluster's status as a person reads it. Pure. */
final class StatusTable {
    private StatusTable() {}

    static String of(ClusterStatus status, boolean wide, Instant now, Colours colours) {
        StringBuilder text = new StringBuilder();
        text.append(headline(status, colours)).append('\n');
        text.append(members(status, wide, now));
        for (ClusterStatus.Warning warning : status.warnings()) {
            text.append(colours.yellow("WARNING: ")).append(warning.text()).append('\n');
        }
        if (status.degraded() != null) {
            text.append(colours.red("DEGRADED: ")).append(status.degraded()).append('\n');
        }
        return text.toString();
    }

    private static String headline(ClusterStatus status, Colours colours) {
        return "CLUSTER " + shortId(status.clusterId()) + "   " + highAvailability(status, colours) + "   revision "
                + status.revision() + "   db " + Sizes.words(status.dbSizeBytes()) + " of "
                + Sizes.words(status.quotaBytes())
                + (status.alarms().isEmpty() ? "" : "   " + colours.red("ALARM " + String.join(", ", status.alarms())));
    }

    private static String highAvailability(ClusterStatus status, Colours colours) {
        int tolerance = status.faultTolerance();
        if (status.ha()) {
            return colours.green("HA yes") + ", tolerates " + tolerance + (tolerance == 1 ? " failure" : " failures");
        }
        return colours.yellow("HA no") + " (" + whyNot(status) + ")";
    }

    /** Why the cluster is not highly available, honestly also for two. */
    static String whyNot(ClusterStatus status) {
        int nodes = status.members().size();
        int voters = status.quorum().voters();
        return nodes == 1
                ? "1 node, tolerates 0 failures"
                : voters + (voters == 1 ? " voter tolerates" : " voters tolerate") + " 0 failures";
    }

    /** As people say it: the first eight digits in two halves. */
    static String shortId(String clusterId) {
        return clusterId.length() < 8 ? clusterId : clusterId.substring(0, 4) + "-" + clusterId.substring(4, 8);
    }

    private static String members(ClusterStatus status, boolean wide, Instant now) {
        TextTable table = wide
                ? new TextTable(
                        "ID", "NODE", "ROLE", "STATE", "ADDRESS", "CLIENT", "ADMIN", "VERSION", "LAG", "DB", "CERT",
                        "DOMAIN", "WEIGHT", "MESSAGE")
                : new TextTable("NODE", "ROLE", "STATE", "ADDRESS", "VERSION", "LAG", "DB", "CERT", "MESSAGE");
        for (MemberStatus member : status.members()) {
            String name = member.name() + (member.leader() ? " *" : "");
            String role = member.role()
                    + (member.leader() ? " (leader)" : "")
                    + (Boolean.TRUE.equals(member.draining()) ? " (draining)" : "");
            String lag = orUnknown(member.lagEntries());
            String database = member.dbSizeBytes() == null ? "?" : Sizes.words(member.dbSizeBytes());
            String certificate = certificate(member, now);
            String version = orUnknown(member.version());
            if (wide) {
                table.row(
                        member.id(),
                        name,
                        role,
                        state(member),
                        member.peerAddress(),
                        String.join(",", member.clientUrls()),
                        member.adminAddress() == null ? "-" : member.adminAddress(),
                        version,
                        lag,
                        database,
                        certificate,
                        member.failureDomain() == null || member.failureDomain().isEmpty()
                                ? "-"
                                : member.failureDomain(),
                        orUnknown(member.weight()),
                        member.message());
            } else {
                table.row(
                        name,
                        role,
                        state(member),
                        member.peerAddress(),
                        version,
                        lag,
                        database,
                        certificate,
                        member.message());
            }
        }
        return table.toString();
    }

    private static String state(MemberStatus member) {
        Long down = member.downMillis();
        return member.state()
                + (down == null
                        ? ""
                        : " " + Durations.words(Duration.ofMillis(down)).replace(" ", ""));
    }

    private static String orUnknown(@Nullable Object value) {
        return value == null ? "?" : String.valueOf(value);
    }

    private static String certificate(MemberStatus member, Instant now) {
        if (member.certNotAfter() == null) {
            return member.adminAddress() == null && member.isHealthy() ? "-" : "?";
        }
        Duration left = Duration.between(now, Instant.parse(member.certNotAfter()));
        return left.isNegative() ? "expired" : Durations.words(left);
    }
}
