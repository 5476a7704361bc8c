package io.quorlite.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.sofajraft.util.timer.Timeout;
import io.quorlite.sofajraft.util.timer.Timer;
import io.quorlite.sofajraft.util.timer.TimerTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PatientTimerTest {
    private final ElectionPatience patience = new ElectionPatience(() -> true);
    private final HandTimer hand = new HandTimer();
    private final PatientTimer timer = new PatientTimer(hand, patience, true);
    private int ran;

    private Timeout start() {
        return timer.newTimeout(timeout -> ran++, 500, TimeUnit.MILLISECONDS);
    }

    /** How many usual timeouts pass until the task runs. */
    private int usualTimeouts() throws Exception {
        int before = ran;
        int passed = 0;
        while (ran == before) {
            hand.pass();
            passed++;
        }
        return passed;
    }

    @Test
    void eachTimeoutWithoutALeaderIsTwiceAsLong() throws Exception {
        List<Integer> lengths = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            start();
            lengths.add(usualTimeouts());
        }
        assertThat(lengths).containsExactly(1, 2, 4, 8, 8);
    }

    @Test
    void aLeaderFoundMeanwhileEndsALongTimeoutWithTheNextUsualOne() throws Exception {
        for (int i = 0; i < 3; i++) {
            start();
            usualTimeouts();
        }
        start();
        hand.pass();
        patience.leader(true);
        assertThat(usualTimeouts()).isEqualTo(1);
    }

    @Test
    void oneThatIsStretchedPassesNowWhereTheLeaderIsGone() throws Exception {
        for (int i = 0; i < 3; i++) {
            start();
            usualTimeouts();
        }
        Timeout stretched = start();
        patience.electNow();
        hand.pass();
        assertThat(stretched.isExpired()).isTrue();
        assertThat(ran).isEqualTo(4);
    }

    @Test
    void isCancelledWhileItIsStretchedAndNotAfterItExpired() throws Exception {
        start();
        usualTimeouts();
        Timeout stretched = start();
        hand.pass();
        assertThat(stretched.cancel()).isTrue();
        assertThat(stretched.isCancelled()).isTrue();
        assertThat(hand.pending()).isFalse();
        Timeout expired = start();
        usualTimeouts();
        assertThat(expired.cancel()).isFalse();
        assertThat(expired.isExpired()).isTrue();
        assertThat(ran).isEqualTo(2);
    }

    /** Its one timeout passes when the test says so. */
    private static final class HandTimer implements Timer {
        private @Nullable TimerTask pending;

        boolean pending() {
            return pending != null;
        }

        void pass() throws Exception {
            TimerTask due = pending;
            pending = null;
            if (due == null) {
                throw new AssertionError("nothing is to come");
            }
            due.run(new HandTimeout(due));
        }

        @Override
        public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
            pending = task;
            return new HandTimeout(task);
        }

        @Override
        public Set<Timeout> stop() {
            return Set.of();
        }

        private final class HandTimeout implements Timeout {
            private final TimerTask task;

            HandTimeout(TimerTask task) {
                this.task = task;
            }

            @Override
            public Timer timer() {
                return HandTimer.this;
            }

            @Override
            public TimerTask task() {
                return task;
            }

            @Override
            public boolean isExpired() {
                return pending != task;
            }

            @Override
            public boolean isCancelled() {
                return false;
            }

            @Override
            public boolean cancel() {
                pending = null;
                return true;
            }
        }
    }
}
