package io.quorlite.replication.memory;

import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The log that the {@link MemoryReplication}s of one group share. An entry is committed the moment it is appended.
 *
 * <p>The first member that starts leads; tests move leadership with {@link #elect} and take it away with {@link #depose}.
 * With direct executors ({@code Runnable::run}) everything happens in the calling thread, in one order, whatever the machine.
 *
 * <p>Thread-safe: one lock guards the log and the order in which members are told; members are run outside it.
 */
public final class MemoryGroup {
    private final List<CommittedEntry> log = new ArrayList<>();
    private final TreeMap<Long, MemoryReplication> running = new TreeMap<>();
    private final TreeMap<Long, Member> members = new TreeMap<>();
    private final TreeMap<Long, MemberProgress> reported = new TreeMap<>();
    private long unchangeable;
    private long baseIndex = -1; // index before log.get(0); -1 until the first member has started
    private long term;
    private long leaderId;

    public MemoryGroup(List<Member> members) {
        members.forEach(m -> this.members.put(m.id(), m));
    }

    /** A member of this group that applies on {@code executor}; it takes part once it is started. */
    public MemoryReplication member(long memberId, Executor executor) {
        return new MemoryReplication(this, memberId, executor, () -> {});
    }

    /** A member of this group with an apply thread of its own. */
    public MemoryReplication member(long memberId) {
        return MemoryReplication.withApplyThread(this, memberId);
    }

    /** Makes {@code memberId} the leader of a new term. */
    public void elect(long memberId) {
        List<MemoryReplication> told;
        synchronized (this) {
            MemoryReplication elected = running.get(memberId);
            if (elected == null) {
                throw new IllegalArgumentException("member " + memberId + " is not running");
            }
            tellLeaderItLost();
            leaderId = memberId;
            term++;
            long electedTerm = term;
            tellAllOfLeader();
            appendLocked(new byte[0]);
            elected.enqueue(replica -> replica.leadershipGained(electedTerm));
            told = List.copyOf(running.values());
        }
        told.forEach(MemoryReplication::drain);
    }

    /** Takes leadership away: the group has no leader until {@link #elect}. */
    public void depose() {
        List<MemoryReplication> told;
        synchronized (this) {
            tellLeaderItLost();
            leaderId = 0;
            tellAllOfLeader();
            told = List.copyOf(running.values());
        }
        told.forEach(MemoryReplication::drain);
    }

    /** The number of entries this log has held, from index 1. */
    public synchronized long lastIndex() {
        return Math.max(0, baseIndex) + log.size();
    }

    /** The term of the newest leader. */
    public synchronized long term() {
        return term;
    }

    synchronized long leaderId() {
        return leaderId;
    }

    public synchronized List<Member> members() {
        return List.copyOf(members.values());
    }

    /** Has the leader see this of a member from now on, whatever it does. */
    public synchronized void report(MemberProgress progress) {
        reported.put(progress.memberId(), progress);
    }

    /** Has changes of this member refused from now on; 0 for nobody's. */
    public synchronized void refuseChangesOf(long memberId) {
        unchangeable = memberId;
    }

    /** Who runs has everything; who does not was never heard; unless something else was reported. */
    synchronized List<MemberProgress> progress() {
        return members.keySet().stream()
                .map(id -> reported.getOrDefault(id, actual(id)))
                .toList();
    }

    private MemberProgress actual(long memberId) {
        return running.containsKey(memberId)
                ? new MemberProgress(memberId, lastIndex(), 0, false)
                : new MemberProgress(memberId, 0, Long.MAX_VALUE, false);
    }

    /** A voter that runs and is not {@code memberId}; 0 for none. */
    synchronized long otherVoter(long memberId) {
        return members.values().stream()
                .filter(m -> !m.learner() && m.id() != memberId && running.containsKey(m.id()))
                .mapToLong(Member::id)
                .findFirst()
                .orElse(0);
    }

    synchronized @Nullable MemoryReplication leader() {
        return running.get(leaderId);
    }

    void started(MemoryReplication member, long appliedIndex, long appliedTerm) {
        boolean first;
        synchronized (this) {
            if (baseIndex < 0) {
                baseIndex = appliedIndex; // a state from an earlier run: this log goes on where it ends
                term = appliedTerm;
            } else if (appliedIndex < baseIndex || appliedIndex > lastIndex()) {
                throw new IllegalStateException("member " + member.memberId() + " has applied " + appliedIndex
                        + ", this log holds " + (baseIndex + 1) + " to " + lastIndex());
            }
            if (running.putIfAbsent(member.memberId(), member) != null) {
                throw new IllegalStateException("member " + member.memberId() + " is already running");
            }
            for (CommittedEntry entry : log.subList((int) (appliedIndex - baseIndex), log.size())) {
                member.enqueue(entry);
            }
            member.enqueue(replica -> replica.membersChanged(List.copyOf(members.values())));
            long knownLeader = leaderId;
            long knownTerm = term;
            member.enqueue(replica -> replica.leaderChanged(knownLeader, knownTerm));
            first = running.size() == 1;
        }
        if (first) {
            elect(member.memberId());
        } else {
            member.drain();
        }
    }

    void stopped(MemoryReplication member) {
        long successor = 0;
        boolean led;
        synchronized (this) {
            if (!running.remove(member.memberId(), member)) {
                return;
            }
            led = leaderId == member.memberId();
            for (Member candidate : members.values()) {
                if (!candidate.learner() && running.containsKey(candidate.id())) {
                    successor = candidate.id();
                    break;
                }
            }
            if (led) {
                leaderId = 0;
            }
        }
        if (led && successor != 0) {
            elect(successor);
        }
    }

    /** Appends an entry if {@code expectedTerm} is still the term and has a leader. */
    void append(byte[] data, long expectedTerm) throws ReplicationException {
        List<MemoryReplication> told;
        synchronized (this) {
            if (leaderId == 0) {
                throw new ReplicationException(Kind.NO_LEADER, "no leader");
            }
            if (term != expectedTerm) {
                throw new ReplicationException(Kind.NOT_LEADER, "term " + expectedTerm + " is over, now " + term);
            }
            appendLocked(data);
            told = List.copyOf(running.values());
        }
        told.forEach(MemoryReplication::drain);
    }

    void change(MemberChange change) throws ReplicationException {
        List<MemoryReplication> told;
        synchronized (this) {
            refuseUnchangeable(change);
            applyChange(change);
            List<Member> now = List.copyOf(members.values());
            running.values().forEach(m -> m.enqueue(replica -> replica.membersChanged(now)));
            told = List.copyOf(running.values());
        }
        told.forEach(MemoryReplication::drain);
    }

    synchronized void forceNewGroup(long memberId) {
        members.keySet().removeIf(id -> id != memberId);
    }

    private void applyChange(MemberChange change) throws ReplicationException {
        if (change instanceof MemberChange.AddLearner add) {
            if (members.putIfAbsent(add.member().id(), withVote(add.member(), false)) != null) {
                throw refused("member " + add.member().id() + " is in the group already");
            }
        } else if (change instanceof MemberChange.Promote promote) {
            members.put(promote.memberId(), withVote(existing(promote.memberId()), true));
        } else if (change instanceof MemberChange.Demote demote) {
            refuseLeader(demote.memberId());
            members.put(demote.memberId(), withVote(existing(demote.memberId()), false));
        } else if (change instanceof MemberChange.Remove remove) {
            refuseLeader(remove.memberId());
            members.remove(existing(remove.memberId()).id());
        } else {
            throw new AssertionError(change);
        }
    }

    private void refuseUnchangeable(MemberChange change) throws ReplicationException {
        boolean refused = change instanceof MemberChange.Promote promote && promote.memberId() == unchangeable
                || change instanceof MemberChange.Demote demote && demote.memberId() == unchangeable;
        if (refused) {
            throw refused("member " + unchangeable + " is not to be changed");
        }
    }

    private Member existing(long memberId) throws ReplicationException {
        Member member = members.get(memberId);
        if (member == null) {
            throw refused("no member " + memberId);
        }
        return member;
    }

    private void refuseLeader(long memberId) throws ReplicationException {
        if (memberId == leaderId) {
            throw refused("member " + memberId + " leads: hand leadership over first");
        }
    }

    private static ReplicationException refused(String message) {
        return new ReplicationException(Kind.MEMBERSHIP, message);
    }

    private static Member withVote(Member member, boolean vote) {
        return new Member(member.id(), member.name(), member.peerAddress(), !vote);
    }

    private void appendLocked(byte[] data) {
        CommittedEntry entry = new CommittedEntry(lastIndex() + 1, term, data);
        log.add(entry);
        running.values().forEach(m -> m.enqueue(entry));
    }

    private void tellLeaderItLost() {
        MemoryReplication leader = running.get(leaderId);
        if (leader != null) {
            leader.enqueue(replica -> replica.leadershipLost());
        }
    }

    private void tellAllOfLeader() {
        long newLeader = leaderId;
        long newTerm = term;
        running.values().forEach(m -> m.enqueue(replica -> replica.leaderChanged(newLeader, newTerm)));
    }
}
