package io.quorlite.raft;

import io.quorlite.raft.transport.PeerIds;
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
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets followers and learners know of a commit at once when no entry follows that would carry it. The engine tells them with
 * the next entries or the next heartbeat only, up to a tenth of the election timeout late; this asks it for a heartbeat now,
 * one in flight per member.
 *
 * <p>A heartbeat carries the commit index only as far as the member has acknowledged the log, so it waits, with pauses that
 * double, for acknowledgements that are still on their way.
 */
final class CommitNotifier {
    private static final long FIRST_PAUSE_MICROS = 50;
    private static final int PAUSES_MAX = 9; // 25 ms in all; the ordinary heartbeat is near then

    private final long selfId;
    private final ScheduledExecutorService timer;
    private volatile @Nullable ReplicatorGroup replicators;
    private @Nullable Configuration
            notified; // the configuration `peers` was made from; apply thread only, as is the next
    private List<Peer> peers = List.of();

    CommitNotifier(long selfId, ScheduledExecutorService timer) {
        this.selfId = selfId;
        this.timer = timer;
    }

    /** The engine's replicators, which it hands to its RPC client. */
    void replicators(ReplicatorGroup group) {
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

    private final class Peer implements Runnable {
        private final PeerId id;
        private final ReplicatorGroup group;
        private long wanted; // guarded by this, as are the next
        private boolean busy; // a heartbeat or a pause is under way
        private int pauses;

        Peer(PeerId id, ReplicatorGroup group) {
            this.id = id;
            this.group = group;
        }

        void offer(long index) {
            synchronized (this) {
                wanted = Math.max(wanted, index);
                if (busy) {
                    return;
                }
                busy = true;
                pauses = 0;
            }
            run();
        }

        @Override
        public void run() {
            ThreadId replicator = group.getReplicator(id);
            long acknowledged = replicator == null ? -1 : Replicator.getNextIndexUnsafe(replicator) - 1;
            long sent;
            synchronized (this) {
                if (replicator == null || acknowledged < wanted) {
                    pause(replicator != null);
                    return;
                }
                sent = wanted;
            }
            group.sendHeartbeat(id, new RpcResponseClosureAdapter<AppendEntriesResponse>() {
                @Override
                public void run(Status status) {
                    told(sent, status.isOk());
                }
            });
        }

        private void pause(boolean worthwhile) {
            if (!worthwhile || pauses >= PAUSES_MAX) {
                busy = false;
                return;
            }
            timer.schedule(this, FIRST_PAUSE_MICROS << pauses, TimeUnit.MICROSECONDS);
            pauses++;
        }

        private void told(long sent, boolean ok) {
            synchronized (this) {
                if (!ok || wanted <= sent) {
                    busy = false;
                    return;
                }
                pauses = 0;
            }
            run();
        }
    }
}
