package io.quorlite.raft;

import io.quorlite.raft.transport.PeerIds;
import io.quorlite.raft.transport.ReplicationListener;
import io.quorlite.sofajraft.ReplicatorGroup;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.core.Replicator;
import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.rpc.RpcRequests.AppendEntriesResponse;
import io.quorlite.sofajraft.rpc.RpcResponseClosureAdapter;
import io.quorlite.sofajraft.util.ThreadId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets followers and learners know of a commit at once when no entry follows that would carry it. The engine tells them with
 * the next entries or the next heartbeat only, up to a tenth of the election timeout late; this asks it for a heartbeat now,
 * one in flight per member.
 *
 * <p>A heartbeat carries the commit index only as far as the member has acknowledged the log, so it waits for an answer of the
 * member's where acknowledgements are still on their way. Thread-safe.
 */
final class CommitNotifier implements ReplicationListener {
    private final long selfId;
    private volatile @Nullable ReplicatorGroup replicators;
    /** The configuration {@link #peers} was made from; apply thread only. */
    private @Nullable Configuration notified;

    private volatile List<Peer> peers = List.of();

    CommitNotifier(long selfId) {
        this.selfId = selfId;
    }

    @Override
    public void replicators(ReplicatorGroup group) {
        replicators = group;
    }

    /** The log is committed up to {@code index} and nothing follows. On the leader's apply thread. */
    void committed(long index, Configuration members) {
        ReplicatorGroup group = replicators;
        if (group == null) {
            return;
        }
        if (members != notified) {
            notified = members;
            peers = peersOf(members, group);
        }
        for (Peer peer : peers) {
            peer.offer(index);
        }
    }

    @Override
    public void answered(long memberId) {
        for (Peer peer : peers) {
            if (peer.memberId == memberId) {
                peer.answered();
            }
        }
    }

    private List<Peer> peersOf(Configuration members, ReplicatorGroup group) {
        List<Peer> made = new ArrayList<>();
        List<PeerId> all = new ArrayList<>(members.listPeers());
        all.addAll(members.listLearners());
        for (PeerId peer : all) {
            if (PeerIds.memberId(peer) != selfId) {
                made.add(new Peer(peer, group));
            }
        }
        return made;
    }

    private static final class Peer {
        private enum State {
            IDLE,
            /** For an answer that brings the acknowledgement. */
            WAITING,
            /** A heartbeat is under way. */
            TELLING
        }

        private final PeerId id;
        private final long memberId;
        private final ReplicatorGroup group;
        private State state = State.IDLE; // guarded by this
        private long wanted; // guarded by this

        Peer(PeerId id, ReplicatorGroup group) {
            this.id = id;
            this.memberId = PeerIds.memberId(id);
            this.group = group;
        }

        void offer(long index) {
            synchronized (this) {
                wanted = Math.max(wanted, index);
                if (state != State.IDLE) {
                    return;
                }
            }
            tellOrWait();
        }

        void answered() {
            synchronized (this) {
                if (state != State.WAITING) {
                    return;
                }
            }
            tellOrWait();
        }

        private void tellOrWait() {
            ThreadId replicator = group.getReplicator(id);
            long sent;
            synchronized (this) {
                if (state == State.TELLING) {
                    return; // by another thread
                }
                if (replicator == null) {
                    state = State.IDLE;
                    return;
                }
                // Read under the lock: an answer that is taken up after this finds that it is waited for.
                if (Replicator.getNextIndexUnsafe(replicator) - 1 < wanted) {
                    state = State.WAITING;
                    return;
                }
                state = State.TELLING;
                sent = wanted;
            }
            group.sendHeartbeat(id, new RpcResponseClosureAdapter<AppendEntriesResponse>() {
                @Override
                public void run(Status status) {
                    told(sent, status.isOk());
                }
            });
        }

        private void told(long sent, boolean ok) {
            synchronized (this) {
                state = State.IDLE;
                if (!ok || wanted <= sent) {
                    return;
                }
            }
            tellOrWait();
        }
    }
}
