package io.quorlite.raft.transport;

import io.quorlite.sofajraft.util.timer.Timeout;
import io.quorlite.sofajraft.util.timer.Timer;
import io.quorlite.sofajraft.util.timer.TimerTask;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A timer of elections, whose timeouts last as long as its member's {@link ElectionPatience} wants. That is asked again after each usual
 * timeout: where a leader was found meanwhile, who watches it does so no less closely than ever. Thread-safe.
 */
final class PatientTimer implements Timer {
    private final Timer timer;
    private final ElectionPatience patience;
    private final boolean waitsForLeader;

    /** @param waitsForLeader whether it times the wait for a leader, which may be cut short, and not that for votes */
    PatientTimer(Timer timer, ElectionPatience patience, boolean waitsForLeader) {
        this.timer = timer;
        this.patience = patience;
        this.waitsForLeader = waitsForLeader;
    }

    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
        PatientTimeout timeout = new PatientTimeout(task, delay, unit);
        if (waitsForLeader) {
            patience.electionTimeoutStarted(timeout::expire);
        }
        return timeout;
    }

    @Override
    public Set<Timeout> stop() {
        return timer.stop();
    }

    private final class PatientTimeout implements Timeout, TimerTask {
        private enum State {
            PENDING,
            EXPIRED,
            CANCELLED
        }

        private final TimerTask task;
        private final long delay;
        private final TimeUnit unit;
        private long passed; // usual timeouts; guarded by this, as are the next
        private boolean hurried;
        private State state = State.PENDING;
        private Timeout current;

        PatientTimeout(TimerTask task, long delay, TimeUnit unit) {
            this.task = task;
            this.delay = delay;
            this.unit = unit;
            synchronized (this) { // it may expire before the field is set
                this.current = timer.newTimeout(this, delay, unit);
            }
        }

        /** Lets it pass now, on the timer's thread. */
        synchronized void expire() {
            if (state == State.PENDING && current.cancel()) {
                hurried = true;
                current = timer.newTimeout(this, 0, unit);
            }
        }

        @Override
        public void run(Timeout passedNow) throws Exception {
            synchronized (this) {
                if (state != State.PENDING) {
                    return;
                }
                passed++;
                if (!hurried && passed * delay < patience.stretched(delay)) {
                    current = timer.newTimeout(this, delay, unit);
                    return;
                }
                state = State.EXPIRED;
            }
            patience.timedOut();
            task.run(this);
        }

        @Override
        public synchronized boolean cancel() {
            if (state != State.PENDING) {
                return false;
            }
            state = State.CANCELLED;
            current.cancel(); // or it runs now and finds the state
            return true;
        }

        @Override
        public Timer timer() {
            return PatientTimer.this;
        }

        @Override
        public TimerTask task() {
            return task;
        }

        @Override
        public synchronized boolean isExpired() {
            return state == State.EXPIRED;
        }

        @Override
        public synchronized boolean isCancelled() {
            return state == State.CANCELLED;
        }
    }
}
