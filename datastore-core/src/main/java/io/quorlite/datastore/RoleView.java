package io.quorlite.datastore;

import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.Replication;
import io.quorlite.replication.ReplicationStatus;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.roles.Role;
import io.quorlite.roles.RoleMember;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The members as the leader sees them: the group's configuration, how far each has come, and what the records say of it. Thread-safe. */
final class RoleView {
    /**
     * Who was not heard for this long is offline: well above the election timeout, for a voter that pauses is no reason to move its
     * vote, and well below the patience of whoever waits for the replacement.
     */
    static final long OFFLINE_MILLIS_MIN = 3_000;

    /** With election timeouts that are larger than usual it is longer. */
    static final int OFFLINE_ELECTION_TIMEOUTS = 4;

    /** Who lacks no more entries than this has caught up: they are a moment's work. */
    static final long CAUGHT_UP_LAG_ENTRIES = 1_000;

    private final Replication replication;
    private final MemberRecords records;
    private final long offlineMillis;

    /** By the id of a newcomer: how long this leader's log was when it first saw it as a member. */
    private final ConcurrentHashMap<Long, Long> goals = new ConcurrentHashMap<>();

    RoleView(Replication replication, MemberRecords records, long electionMillis) {
        this.replication = replication;
        this.records = records;
        this.offlineMillis = Math.max(OFFLINE_MILLIS_MIN, OFFLINE_ELECTION_TIMEOUTS * electionMillis);
    }

    long offlineMillis() {
        return offlineMillis;
    }

    /** All members, by id; empty where this member does not lead. */
    List<RoleMember> members() {
        List<Member> configured = replication.members();
        ReplicationStatus status = replication.status(); // after the members: its log holds what made them such
        List<MemberProgress> progress = replication.progress();
        if (!status.isLeader() || progress.isEmpty()) {
            goals.clear();
            return List.of();
        }
        TreeMap<Long, RoleMember> members = new TreeMap<>();
        TreeMap<Long, MemberProgress> progressById = new TreeMap<>();
        progress.forEach(each -> progressById.put(each.memberId(), each));
        goals.keySet().retainAll(configured.stream().map(Member::id).toList());
        for (Member member : configured) {
            MemberProgress known =
                    progressById.getOrDefault(member.id(), new MemberProgress(member.id(), 0, Long.MAX_VALUE, false));
            members.put(member.id(), roleMember(member, known, status));
        }
        return new ArrayList<>(members.values());
    }

    private RoleMember roleMember(Member member, MemberProgress progress, ReplicationStatus status) {
        MemberAttributes attributes = records.of(member.id());
        boolean leader = member.id() == status.memberId();
        return new RoleMember(
                member.id(),
                member.learner() ? label(attributes) : Role.VOTER,
                attributes.wish(),
                leader,
                leader || progress.silentMillis() <= offlineMillis,
                leader || hasCaughtUp(progress, attributes.joining(), status),
                attributes.joining(),
                attributes.draining() || attributes.stopping(),
                attributes.failureDomain(),
                attributes.weight());
    }

    /** Few entries are a moment's work for one that has the rest; a newcomer to a small cluster may lack few, and have nothing. */
    private boolean hasCaughtUp(MemberProgress progress, boolean joining, ReplicationStatus status) {
        long goal = status.commitIndex() - CAUGHT_UP_LAG_ENTRIES;
        if (joining) {
            long atFirst = Math.max(status.commitIndex(), status.lastIndex());
            goal = Math.max(goal, goals.computeIfAbsent(progress.memberId(), id -> atFirst));
        } else {
            goals.remove(progress.memberId());
        }
        return progress.matchIndex() >= goal && !progress.copying();
    }

    private static Role label(MemberAttributes attributes) {
        return attributes.label() == Role.STANDBY ? Role.STANDBY : Role.SPARE;
    }
}
