package io.quorlite.agent.join;

import io.quorlite.agent.pki.RecordJson;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.datastore.ClusterMembers;
import io.quorlite.datastore.SystemRecords;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What must hold before a newcomer is let in, in this order: the token; the versions; name and address; the voters; the clock; the disk. Asks and
 * changes nothing, so that whatever is refused can be mended and tried again with the same token.
 */
final class Preconditions {
    /** A voter that the leader has heard of within this is there. */
    private static final long SILENT_MILLIS_MAX = 3_000;

    private static final long CLOCK_SKEW_MILLIS_MAX = 5_000;
    private static final long DISK_SPARE_BYTES = 64L << 20;
    private static final DateTimeFormatter TIME_OF_DAY =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final SystemRecords records;
    private final ClusterMembers members;
    private final ClusterState state;
    private final String version;
    private final InstantSource clock;

    Preconditions(
            SystemRecords records, ClusterMembers members, ClusterState state, String version, InstantSource clock) {
        this.records = records;
        this.members = members;
        this.state = state;
        this.version = version;
        this.clock = clock;
    }

    /**
     * @param memberId that the newcomer has from an earlier attempt, 0 for none
     * @throws Refusal with the first that does not hold
     */
    void require(CheckedRequest request, TokenRecord token, long memberId) {
        requireGood(token, memberId, request);
        requireVersion(request.version());
        requireFree(request, memberId);
        requireQuorum();
        requireClock(request.clockMillis());
        requireDisk(request.diskFreeBytes());
    }

    private void requireGood(TokenRecord token, long memberId, CheckedRequest request) {
        Instant now = clock.instant();
        String again = " Create a new one on a member: node-agent add-node";
        if (memberId != 0 && !token.isRevoked()) {
            return; // it was let in with it already
        }
        if (token.isExpired(now)) {
            Duration ago = Duration.between(Instant.ofEpochSecond(token.notAfter()), now);
            throw new Refusal(
                    ExitCode.TOKEN,
                    "TOKEN_EXPIRED",
                    "Token " + token.id() + " expired " + Spans.text(ago) + " ago." + again,
                    "");
        }
        if (token.isRevoked()) {
            throw new Refusal(
                    ExitCode.TOKEN,
                    "TOKEN_REVOKED",
                    "Token " + token.id() + " was revoked at " + timeOfDay(token.revokedAt()) + "." + again,
                    "");
        }
        if (token.uses().size() >= token.maxUses()) {
            throw used(token, again);
        }
        if (token.name() != null && !token.name().equals(request.name())) {
            throw new Refusal(
                    ExitCode.TOKEN,
                    "TOKEN_NAME",
                    "Token " + token.id() + " is for a node with the name " + token.name() + ", not " + request.name()
                            + ".",
                    "Join with --name " + token.name());
        }
    }

    private static Refusal used(TokenRecord token, String again) {
        TokenRecord.Use last = token.uses().get(token.uses().size() - 1);
        String by = last.name() + " (" + last.address() + ") at " + timeOfDay(last.at());
        return new Refusal(
                ExitCode.TOKEN,
                "TOKEN_USED",
                token.maxUses() == 1
                        ? "Token " + token.id() + " was already used by " + by + "." + again
                        : "Token " + token.id() + " was already used " + token.maxUses() + " times, last by " + by + "."
                                + again,
                "");
    }

    private static String timeOfDay(long seconds) {
        return TIME_OF_DAY.format(Instant.ofEpochSecond(seconds));
    }

    private void requireVersion(String theirs) {
        if (!Versions.goTogether(theirs, version)) {
            throw new Refusal(
                    ExitCode.VERSION_SKEW,
                    "VERSION_SKEW",
                    "Version " + theirs + " cannot join a cluster of version " + version
                            + ": they may be one minor version apart.",
                    "Install node-agent " + version + " on this host.");
        }
    }

    private void requireFree(CheckedRequest request, long memberId) {
        for (Member member : members.all()) {
            if (member.id() != memberId) {
                requireOther(request, member.name(), member.peerAddress().toString(), "a member");
            }
        }
        for (Joining joining : joining()) {
            if (joining.id() != memberId) {
                requireOther(request, joining.name(), joining.peerAddress(), "a node that is joining");
            }
        }
    }

    private List<Joining> joining() {
        return records.list(Joining.RECORDS).stream()
                .map(found -> RecordJson.read(found, Joining.class))
                .toList();
    }

    private static void requireOther(CheckedRequest request, String name, String address, String whose) {
        String hint = whose.equals("a member")
                ? "Choose another, or remove that member first if it is gone: node-agent remove-node " + name
                : "Choose another, or wait until it has joined or given up.";
        if (name.equals(request.name())) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "NAME_TAKEN",
                    "The name " + name + " is taken by " + whose + " (" + address + ").",
                    hint);
        }
        if (address.equals(request.peerAddress().toString())) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "ADDRESS_TAKEN",
                    "The address " + address + " is taken by " + whose + ", " + name + ".",
                    hint);
        }
    }

    /** Without a majority nothing could be recorded; said here, so that it is said well. */
    private void requireQuorum() {
        Map<Long, Long> silent = members.progress().stream()
                .collect(Collectors.toMap(MemberProgress::memberId, MemberProgress::silentMillis));
        List<Member> voters =
                members.all().stream().filter(member -> !member.learner()).toList();
        List<String> reachable = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Member voter : voters) {
            boolean here = voter.id() == state.memberId()
                    || silent.getOrDefault(voter.id(), Long.MAX_VALUE) <= SILENT_MILLIS_MAX;
            (here ? reachable : missing).add(voter.name());
        }
        if (2 * reachable.size() <= voters.size()) {
            throw new Refusal(
                    ExitCode.NO_LEADER,
                    "NO_QUORUM",
                    "No quorum: " + reachable.size() + " of " + voters.size() + " voters reachable ("
                            + String.join(", ", reachable) + "). Not reachable: " + String.join(", ", missing) + ".",
                    "Bring them back first; see: node-agent status");
        }
    }

    private void requireClock(long theirMillis) {
        long ahead = theirMillis - clock.millis();
        if (Math.abs(ahead) >= CLOCK_SKEW_MILLIS_MAX) {
            throw new Refusal(
                    ExitCode.PREFLIGHT,
                    "CLOCK_SKEW",
                    "The clock of this host is " + Spans.text(Duration.ofMillis(Math.abs(ahead)))
                            + (ahead > 0 ? " ahead of" : " behind")
                            + " the cluster's; 5 s are allowed, as certificates and leases go by it.",
                    "Set it right, or have a time service do it (chrony, systemd-timesyncd), and join again.");
        }
    }

    private void requireDisk(long freeBytes) {
        long needed = state.databaseBytes() + DISK_SPARE_BYTES;
        if (freeBytes < needed) {
            throw new Refusal(
                    ExitCode.NO_SPACE,
                    "NO_DISK_SPACE",
                    "The cluster's data needs " + (needed >> 20) + " MiB, and this host has " + (freeBytes >> 20)
                            + " MiB free where its data directory is.",
                    "Free some, or choose another with --data-dir.");
        }
    }

    /** The member id that {@code request}'s key was given with this token and still stands; empty for none. */
    Optional<Long> earlier(CheckedRequest request, TokenRecord token) {
        return token.useOf(request.keyHash())
                .map(use -> Long.parseUnsignedLong(use.memberId(), 16))
                .filter(id ->
                        records.get(Joining.recordName(id)).isPresent() || (isRecent(token, request) && isMember(id)));
    }

    private boolean isRecent(TokenRecord token, CheckedRequest request) {
        long at = token.useOf(request.keyHash()).map(TokenRecord.Use::at).orElse(0L);
        return clock.instant().getEpochSecond() - at <= Admissions.RETRY.toSeconds();
    }

    private boolean isMember(long id) {
        return members.all().stream().anyMatch(member -> member.id() == id);
    }
}
