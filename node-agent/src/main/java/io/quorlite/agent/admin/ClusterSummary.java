package io.quorlite.agent.admin;

import io.quorlite.agent.admin.ClusterStatus.Quorum;
import io.quorlite.agent.admin.ClusterStatus.Warning;
import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.Durations;
import io.quorlite.replication.Member;
import io.quorlite.roles.MemberAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts together what the members answered, and judges it. Pure. */
final class ClusterSummary {
    /** A member that its leader has heard of within this is there. */
    private static final long SILENT_MILLIS_MAX = 2_000;

    private static final Duration CERTIFICATE_WARNING = Duration.ofDays(14);

    private ClusterSummary() {}

    /** A member as the asked node knows it without asking. */
    record Known(
            Member member,
            MemberAttributes attributes,
            @Nullable NodeRecord nodeRecord) {}

    /** What a member said of itself, or why it did not. */
    record Answer(@Nullable NodeStatus status, String failure) {
        static final Answer NOT_ASKED = new Answer(null, "");

        static Answer of(NodeStatus status) {
            return new Answer(status, "");
        }

        static Answer failed(String reason) {
            return new Answer(null, reason);
        }
    }

    static ClusterStatus of(NodeStatus local, List<Known> known, Map<Long, Answer> answers, Instant now) {
        NodeStatus leader = leader(answers);
        List<MemberStatus> members = known.stream()
                .sorted(Comparator.comparing(one -> one.member().name()))
                .map(one ->
                        member(one, answers.getOrDefault(one.member().id(), Answer.NOT_ASKED), leader, local, known))
                .toList();
        List<MemberStatus> voters =
                members.stream().filter(member -> !member.learner()).toList();
        int healthy = (int)
                voters.stream().filter(voter -> !voter.state().equals("down")).count();
        Quorum quorum = new Quorum(voters.size(), healthy, voters.size() / 2 + 1);
        int tolerance = Math.max(0, (voters.size() - 1) / 2);
        List<String> alarms = alarms(answers);
        return new ClusterStatus(
                Configuration.API_VERSION,
                ClusterStatus.KIND,
                local.clusterId(),
                tolerance > 0,
                tolerance,
                quorum,
                leaderName(local, leader, known),
                leader == null ? local.term() : leader.term(),
                leader == null ? local.revision() : leader.revision(),
                leader == null ? local.dbSizeBytes() : leader.dbSizeBytes(),
                local.quotaBytes(),
                members,
                alarms,
                warnings(quorum, members, now),
                degraded(members, quorum, alarms, local));
    }

    /** Of those that say they lead, the one in the highest term. */
    private static @Nullable NodeStatus leader(Map<Long, Answer> answers) {
        NodeStatus leader = null;
        for (Answer answer : answers.values()) {
            NodeStatus status = answer.status();
            if (status != null && status.leads() && (leader == null || status.term() > leader.term())) {
                leader = status;
            }
        }
        return leader;
    }

    /** A leader that nobody could ask may still be known by its followers. */
    private static @Nullable String leaderName(NodeStatus local, @Nullable NodeStatus leader, List<Known> known) {
        String id = leader != null ? leader.id() : local.leaderId();
        return known.stream()
                .map(Known::member)
                .filter(member -> NodeRecord.hex(member.id()).equals(id))
                .map(Member::name)
                .findFirst()
                .orElse(null);
    }

    private static MemberStatus member(
            Known known, Answer answer, @Nullable NodeStatus leader, NodeStatus local, List<Known> all) {
        Member member = known.member();
        String id = NodeRecord.hex(member.id());
        NodeStatus status = answer.status();
        NodeRecord nodeRecord = known.nodeRecord();
        NodeStatus.Progress progress = progress(leader, id);
        Health health = health(answer, progress, leader, all.size() - 1);
        boolean leads = leader != null ? leader.id().equals(id) : id.equals(local.leaderId());
        Long commit = leader == null ? null : (Long) leader.commitIndex();
        return new MemberStatus(
                id,
                member.name(),
                role(known),
                leads,
                member.learner(),
                health.state(),
                progress == null || !health.state().equals("down") ? null : progress.silentMillis(),
                member.peerAddress().toString(),
                member.clientUrls(),
                nodeRecord == null ? null : nodeRecord.admin(),
                status != null ? status.version() : nodeRecord == null ? null : nodeRecord.version(),
                status == null ? null : (Long) status.dbSizeBytes(),
                status == null ? null : (Long) status.dbSizeInUseBytes(),
                status == null ? null : (Long) status.appliedIndex(),
                status == null || commit == null ? null : (Long) Math.max(0, commit - status.appliedIndex()),
                status == null ? null : status.certNotAfter(),
                known.attributes().failureDomain(),
                known.attributes().weight(),
                known.attributes().draining(),
                progress != null && progress.copying(),
                health.message());
    }

    private static NodeStatus.@Nullable Progress progress(@Nullable NodeStatus leader, String id) {
        return leader == null
                ? null
                : leader.progress().stream()
                        .filter(one -> one.id().equals(id))
                        .findFirst()
                        .orElse(null);
    }

    private static String role(Known known) {
        if (!known.member().learner()) {
            return "voter";
        }
        return known.attributes().joining()
                ? "joining"
                : known.attributes().label().name().toLowerCase(Locale.ROOT);
    }

    private record Health(String state, String message) {}

    private static Health health(
            Answer answer, NodeStatus.@Nullable Progress progress, @Nullable NodeStatus leader, int peers) {
        NodeStatus status = answer.status();
        if (status != null) {
            if (!status.alarms().isEmpty()) {
                return new Health("degraded", "alarm: " + String.join(", ", status.alarms()));
            }
            if (status.leaderId() == null) {
                return new Health("degraded", "runs, but knows no leader");
            }
            if (progress != null && progress.copying()) {
                return new Health("healthy", "is being sent the database");
            }
            return new Health("healthy", known(peers));
        }
        boolean heard =
                progress != null && progress.silentMillis() != null && progress.silentMillis() < SILENT_MILLIS_MAX;
        if (heard) {
            return answer.failure().isEmpty()
                    ? new Health("healthy", known(peers))
                    : new Health("degraded", "replicates, but its admin API is not reachable: " + answer.failure());
        }
        if (!answer.failure().isEmpty()) {
            return new Health("down", "not reachable: " + answer.failure());
        }
        return leader != null && progress != null
                ? new Health("down", "the leader does not hear of it")
                : new Health("unknown", "it has no admin API that could be asked");
    }

    private static String known(int peers) {
        return peers == 0
                ? "Healthy, the only member"
                : "Healthy with " + peers + (peers == 1 ? " known peer" : " known peers");
    }

    private static List<String> alarms(Map<Long, Answer> answers) {
        return answers.values().stream()
                .map(Answer::status)
                .filter(status -> status != null)
                .flatMap(status -> status.alarms().stream())
                .distinct()
                .sorted()
                .toList();
    }

    private static List<Warning> warnings(Quorum quorum, List<MemberStatus> members, Instant now) {
        List<Warning> warnings = new ArrayList<>();
        if (quorum.voters() == 2) {
            warnings.add(new Warning(
                    "W-TWO-VOTERS", "2 voters tolerate 0 failures: losing either stops writes. Add one more node."));
        }
        for (MemberStatus member : members) {
            Duration left = left(member.certNotAfter(), now);
            if (left != null && left.isNegative()) {
                warnings.add(new Warning("W-CERTIFICATE", "the certificate of " + member.name() + " has expired"));
            } else if (left != null && left.compareTo(CERTIFICATE_WARNING) < 0 && left.toHours() > 1) {
                warnings.add(new Warning(
                        "W-CERTIFICATE",
                        "the certificate of " + member.name() + " ends in " + Durations.words(left)
                                + " and has not been renewed"));
            }
        }
        return warnings;
    }

    static @Nullable Duration left(@Nullable String end, Instant now) {
        try {
            return end == null ? null : Duration.between(now, Instant.parse(end));
        } catch (DateTimeParseException e) {
            return null; // of a version that writes it otherwise
        }
    }

    private static @Nullable String degraded(
            List<MemberStatus> members, Quorum quorum, List<String> alarms, NodeStatus local) {
        List<String> down = members.stream()
                .filter(member -> member.state().equals("down"))
                .map(MemberStatus::name)
                .toList();
        if (!quorum.holds() || local.leaderId() == null) {
            return noLeader(members, quorum);
        }
        if (alarms.stream().anyMatch(alarm -> alarm.startsWith("NOSPACE"))) {
            return "the quota is used up: only what frees space is taken. Delete what is not needed, then compact:"
                    + " node-agent compact; or raise storage.quotaBytes";
        }
        if (!down.isEmpty()) {
            int spare = quorum.healthy() - quorum.needed();
            String names = String.join(", ", down);
            String consequence = quorum.healthy() == quorum.voters()
                    ? names + (down.size() == 1 ? " is" : " are") + " down; no voter is missing."
                    : spare == 0
                            ? "losing one more node stops writes."
                            : "losing " + (spare + 1) + " more voters stops writes.";
            return consequence + " Start " + names + ", or replace it: node-agent remove-node " + down.get(0);
        }
        return members.stream()
                .filter(member -> member.state().equals("degraded"))
                .map(member -> member.name() + ": " + member.message())
                .findFirst()
                .orElse(null);
    }

    private static String noLeader(List<MemberStatus> members, Quorum quorum) {
        List<MemberStatus> voters =
                members.stream().filter(member -> !member.learner()).toList();
        String here = voters.stream()
                .filter(member -> !member.state().equals("down"))
                .map(MemberStatus::name)
                .collect(Collectors.joining(", "));
        String away = voters.stream()
                .filter(member -> member.state().equals("down"))
                .map(member -> member.name() + " (" + member.message().replace("not reachable: ", "") + ")")
                .collect(Collectors.joining(", "));
        return ClusterStatus.NO_LEADER + ": " + quorum.healthy() + " of " + quorum.voters() + " voters reachable"
                + (here.isEmpty() ? "" : " (" + here + ")") + "."
                + (away.isEmpty() ? " An election is under way." : " Not reachable: " + away + ".");
    }
}
