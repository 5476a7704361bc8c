package io.quorlite.raft;

import io.quorlite.raft.transport.PeerAnswers;
import io.quorlite.raft.transport.PeerIds;
import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import io.quorlite.sofajraft.Node;
import io.quorlite.sofajraft.entity.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How far the other members have come, where this one leads. Thread-safe. */
final class Progress {
    private static final PeerAnswers NO_ANSWERS = new PeerAnswers();

    private final long selfId;
    private final Node node;
    private final Leadership leadership;
    private final PeerAnswers answers;
    private final long aliveMillis;

    Progress(
            long selfId,
            Node node,
            Leadership leadership,
            @Nullable PeerTransport transport,
            Duration electionTimeout) {
        this.selfId = selfId;
        this.node = node;
        this.leadership = leadership;
        this.answers = transport == null ? NO_ANSWERS : transport.answers();
        this.aliveMillis = electionTimeout.toMillis(); // ten heartbeats
    }

    /** Of each of {@code members}; empty where this member does not lead. */
    List<MemberProgress> of(List<Member> members) {
        List<MemberProgress> all = new ArrayList<>();
        Leadership.View view = leadership.view();
        if (!view.leading()) {
            return all;
        }
        for (Member member : members) {
            all.add(member.id() == selfId ? self() : other(member.id(), view.term()));
        }
        return all;
    }

    private MemberProgress self() {
        try {
            return new MemberProgress(selfId, node.getLastLogIndex(), 0, false);
        } catch (IllegalStateException e) {
            return new MemberProgress(selfId, 0, 0, false); // stopping
        }
    }

    private MemberProgress other(long memberId, long term) {
        PeerAnswers.View seen = answers.view(memberId, term);
        long silentMillis = seen.silentNanos() == Long.MAX_VALUE
                ? Long.MAX_VALUE
                : TimeUnit.NANOSECONDS.toMillis(seen.silentNanos());
        return new MemberProgress(memberId, seen.matchIndex(), silentMillis, seen.copying());
    }

    /** The last index that the member's log shares with ours for certain. */
    long matchIndex(long memberId) {
        return answers.view(memberId, leadership.view().term()).matchIndex();
    }

    /** Whether the member answered just now. */
    boolean alive(long memberId) {
        return memberId == selfId
                || answers.view(memberId, leadership.view().term()).heardWithin(aliveMillis);
    }

    /** Whether a majority of {@code voters} answered just now. */
    boolean majorityAlive(Collection<PeerId> voters) {
        long alive =
                voters.stream().filter(voter -> alive(PeerIds.memberId(voter))).count();
        return alive > voters.size() / 2;
    }

    /** The voter that answered just now and has come furthest, other than this member; 0 for none. */
    long successor(Collection<PeerId> voters) {
        long best = 0;
        long furthest = -1;
        for (PeerId voter : voters) {
            long id = PeerIds.memberId(voter);
            if (id != selfId && alive(id) && matchIndex(id) > furthest) {
                best = id;
                furthest = matchIndex(id);
            }
        }
        return best;
    }
}
