package io.quorlite.raft;

import io.quorlite.raft.transport.ElectionPatience;
import io.quorlite.raft.transport.MemberIds;
import io.quorlite.raft.transport.PeerIds;
import io.quorlite.raft.transport.PeerListener;
import io.quorlite.raft.transport.PeerTransport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the leader's process has ended sooner than by its silence: both connections with it are lost, and it takes no new one.
 * Then the voters need not wait for an election timeout; they ask for pre-votes one after the other, so that the first has its votes before
 * the next would ask for them.
 *
 * <p>A mistake deposes nobody: whoever still hears from the leader gives no pre-vote. A host that vanishes with its connections is noticed
 * by its silence, as ever. Told by the transport, one event at a time.
 */
final class LeaderWatch implements PeerListener {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderWatch.class);

    /** For the new connection that a living leader takes. */
    private static final long RECONNECT_MILLIS = 40;

    private final long selfId;
    private final Leadership leadership;
    private final Membership membership;
    private final PeerTransport transport;
    private final ElectionPatience patience;
    private final ScheduledExecutorService timer;
    private final long turnMillis;
    private long watchedTerm; // of the last leader whose connections were lost

    LeaderWatch(
            long selfId,
            Leadership leadership,
            Membership membership,
            PeerTransport transport,
            ElectionPatience patience,
            ScheduledExecutorService timer,
            Duration electionTimeout) {
        this.selfId = selfId;
        this.leadership = leadership;
        this.membership = membership;
        this.transport = transport;
        this.patience = patience;
        this.timer = timer;
        this.turnMillis = electionTimeout.toMillis() / 4;
    }

    @Override
    public void disconnected(long memberId) {
        lost(memberId);
    }

    @Override
    public void departed(long memberId) {
        lost(memberId);
    }

    @Override
    public void connected(long memberId) {
        found(memberId);
    }

    @Override
    public void arrived(long memberId) {
        found(memberId);
    }

    private void lost(long memberId) {
        Leadership.View view = leadership.view();
        if (view.leaderId() == memberId && memberId != selfId && unreached(memberId) && view.term() != watchedTerm) {
            watchedTerm = view.term();
            after(RECONNECT_MILLIS, () -> gone(view));
        }
    }

    private void found(long memberId) {
        if (leadership.view().leaderId() == memberId) {
            watchedTerm = 0;
            patience.leaderGone(false);
        }
    }

    private void gone(Leadership.View view) {
        if (isGone(view)) {
            LOG.info("the leader {} takes no connections any more", MemberIds.text(view.leaderId()));
            patience.leaderGone(true);
            if (!isGone(view)) {
                patience.leaderGone(false); // it was found, or followed by another, while we said so
                return;
            }
            int turn = turn(view.leaderId());
            if (turn >= 0) {
                after(turn * turnMillis, () -> {
                    if (isGone(view)) {
                        patience.electNow();
                    }
                });
            }
        }
    }

    private boolean isGone(Leadership.View view) {
        return view.equals(leadership.view()) && unreached(view.leaderId());
    }

    private boolean unreached(long memberId) {
        return !transport.isConnected(memberId) && !transport.isPresent(memberId);
    }

    /** When this member's turn is among the voters that are left; -1 for one without a vote. */
    private int turn(long leaderId) {
        List<Long> voters = membership.current().listPeers().stream()
                .map(PeerIds::memberId)
                .filter(id -> id != leaderId)
                .sorted()
                .toList();
        return voters.indexOf(selfId);
    }

    private void after(long millis, Runnable task) {
        try {
            var unused = timer.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("this member is stopping", e);
        }
    }
}
