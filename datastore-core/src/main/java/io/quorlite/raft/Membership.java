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
        this.members = membersOf(initial);
        connect();
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

    /** Whether the newest configuration in the log needs two majorities. */
    boolean joint() {
        LoggedConfiguration newest = log.configurationAt(Long.MAX_VALUE);
        return newest != null && newest.joint();
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
        registry.applyEntry(entry);
        take(current);
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
            transport.keepConnected(
                    members.stream().map(Member::id).filter(id -> id != selfId).toList());
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
