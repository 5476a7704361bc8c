package io.quorlite.raft.transport;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long this member waits for a leader and for votes, where that is not as long as usual: longer where elections are slow, and not at
 * all where the leader is known to be gone.
 *
 * <p>Candidates and voters write to their disks before they answer, so where
 * a sync takes about as long as an election timeout no vote is counted in time: a cluster that works with its leader would find no
 * other one for ever. So each timeout without a leader doubles the next one and the time that votes may take, up to {@value #FACTOR_MAX}
 * times; who knows a leader begins anew.
 *
 * <p>Only timeouts while enough members are there to elect one count: nobody to ask is no reason to ask more slowly.
 *
 * <p>A leader that is gone ({@link #leaderGone}) counts as silent for an election timeout already: this member may ask for pre-votes and
 * gives them. Thread-safe.
 */
public final class ElectionPatience {
    static final int FACTOR_MAX = 8;

    private final BooleanSupplier reachesMajority;
    private boolean leaderKnown; // guarded by this, as is the next
    private int factor = 1;
    private volatile boolean leaderGone;
    private volatile @Nullable Runnable electionTimeout;

    /** @param reachesMajority whether connections stand to enough voters; asked on the engine's timers, must not block */
    public ElectionPatience(BooleanSupplier reachesMajority) {
        this.reachesMajority = reachesMajority;
    }

    /** Some member leads and is known here, or none is any more. */
    public synchronized void leader(boolean known) {
        leaderGone = false;
        leaderKnown = known;
        if (known) {
            factor = 1;
        }
    }

    /** The leader that was known is gone, or is there after all. */
    public void leaderGone(boolean gone) {
        leaderGone = gone;
    }

    /** Whether the leader that was known is gone, and there is no news of another one. */
    public boolean isLeaderGone() {
        return leaderGone;
    }

    /** Lets the election timeout that is running pass now. Does not block. */
    public void electNow() {
        Runnable running = electionTimeout;
        if (running != null) {
            running.run();
        }
    }

    /** @param expire lets the election timeout that was just started pass */
    void electionTimeoutStarted(Runnable expire) {
        electionTimeout = expire;
    }

    /** An election timeout passed, or an election did not come to an end in time. */
    void timedOut() {
        boolean slow = reachesMajority.getAsBoolean();
        synchronized (this) {
            if (!slow) {
                factor = 1;
            } else if (!leaderKnown) {
                factor = Math.min(FACTOR_MAX, 2 * factor);
            }
        }
    }

    synchronized long stretched(long duration) {
        return duration * factor;
    }
}
