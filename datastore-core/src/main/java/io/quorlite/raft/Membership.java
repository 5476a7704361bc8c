package io.quorlite.raft;

import io.quorlite.raft.ObservedLogStorage.LoggedConfiguration;
import io.quorlite.raft.transport.PeerIds;
import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.replication.Member;
import io.quorlite.replication.Replica;
import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.entity.PeerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is in the group, as far as this member has applied the log. Written by the apply thread, read by any.
 *
 * <p>The engine tells its state machine of joint stages only, and without learners; so the configuration comes from the log
 * itself, at the applied index.
 */
final class Membership {
    private final long selfId;
    private final MemberRegistry registry;
    private final ObservedLogStorage log;
    private final Replica replica;
    private final @Nullable PeerTransport transport;
    private volatile Configuration current;
    private volatile List<Member> members;
    private volatile long expected; // to be connected to beside the members; 0 for nobody
    private final boolean configured;

    Membership(
            long selfId,
            MemberRegistry registry,
            ObservedLogStorage log,
            Replica replica,
            @Nullable PeerTransport transport,
            Configuration initial) {
        this.selfId = selfId;
        this.registry = registry;
        this.log = log;
        this.replica = replica;
        this.transport = transport;
        this.current = initial;
        this.configured = !initial.isEmpty();
        this.members = membersOf(initial);
        connect();
        log.whenOpened(this::opened);
    }

    Configuration current() {
        return current;
    }

    List<Member> members() {
        return members;
    }

    MemberRegistry registry() {
        return registry;
    }

    /** Whether this member knows of any configuration of its group: a newcomer does not before it has received one. */
    boolean known() {
        return configured || log.configurationAt(Long.MAX_VALUE) != null;
    }

    /** Keeps a connection to one that is out of the group for the moment; 0 for nobody. */
    void expect(long memberId) {
        expected = memberId;
        connect();
    }

    /** Whether a connection to the member stands. */
    boolean reaches(long memberId) {
        return transport != null && transport.isConnected(memberId);
    }

    /** Whether the voters that connections stand to could elect a leader with this member. */
    boolean reachesMajority() {
        List<PeerId> voters = current.listPeers();
        long reached = voters.stream()
                .map(PeerIds::memberId)
                .filter(id -> id == selfId || reaches(id))
                .count();
        return reached > voters.size() / 2;
    }

    /** Members that were taken out of the group to change their vote, or to be removed, and were forgotten there. */
    List<Long> strayed(Standing standing) {
        Configuration now = current;
        return registry.with(standing).stream()
                .filter(id ->
                        !now.contains(PeerIds.of(id)) && !now.getLearners().contains(PeerIds.of(id)))
                .toList();
    }

    /** Whether this member knows itself to be removed. */
    boolean selfRemoved() {
        return registry.removed(selfId);
    }

    /** Whether the newest configuration in the log needs two majorities. */
    boolean joint() {
        LoggedConfiguration newest = log.configurationAt(Long.MAX_VALUE);
        return newest != null && newest.joint();
    }

    /** The log knows better than what the group began with; where it does not reach back so far, its newest will do. */
    private void opened() {
        LoggedConfiguration now = log.configurationAt(replica.appliedIndex());
        LoggedConfiguration logged = now == null ? log.configurationAt(Long.MAX_VALUE) : now;
        if (logged != null) {
            current = logged.members();
            members = membersOf(current);
            connect();
        }
    }

    /** Entries up to {@code index} are applied. On the apply thread. */
    void applied(long index) {
        LoggedConfiguration now = log.configurationAt(index);
        if (now != null && now.members() != current) {
            take(now.members());
        }
    }

    /** As {@link #applied}, and tells the replica also where nothing changed. */
    void refresh(long index) {
        LoggedConfiguration now = log.configurationAt(index);
        take(now == null ? current : now.members());
    }

    void applyEntry(byte[] entry) throws IOException {
        List<Long> removedBefore = registry.with(Standing.REMOVED);
        registry.applyEntry(entry);
        take(current);
        for (long removed : registry.with(Standing.REMOVED)) {
            if (transport != null && !removedBefore.contains(removed)) {
                transport.disconnectInbound(removed, "it was removed from the cluster"); // told so when it comes again
            }
        }
    }

    private void take(Configuration configuration) {
        List<Member> before = members;
        current = configuration;
        members = membersOf(configuration);
        connect();
        if (!members.equals(before)) {
            replica.membersChanged(members);
        }
    }

    private void connect() {
        if (transport != null) {
            List<Long> kept = new ArrayList<>();
            members.forEach(member -> kept.add(member.id()));
            if (expected != 0) {
                kept.add(expected);
            }
            transport.keepConnected(kept);
        }
    }

    private List<Member> membersOf(Configuration configuration) {
        List<Member> all = new ArrayList<>();
        for (PeerId peer : configuration.listPeers()) {
            all.add(registry.member(PeerIds.memberId(peer), false));
        }
        for (PeerId peer : configuration.listLearners()) {
            all.add(registry.member(PeerIds.memberId(peer), true));
        }
        return List.copyOf(all);
    }
}
