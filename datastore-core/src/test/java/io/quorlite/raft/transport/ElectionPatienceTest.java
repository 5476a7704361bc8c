package io.quorlite.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ElectionPatienceTest {
    private boolean reachesMajority = true;
    private final ElectionPatience patience = new ElectionPatience(() -> reachesMajority);

    private void timeouts(int count) {
        for (int i = 0; i < count; i++) {
            patience.timedOut();
        }
    }

    @Test
    void eachTimeoutWithoutALeaderDoublesTheNextUpToABound() {
        assertThat(patience.stretched(500)).isEqualTo(500);
        timeouts(1);
        assertThat(patience.stretched(500)).isEqualTo(1_000);
        timeouts(1);
        assertThat(patience.stretched(500)).isEqualTo(2_000);
        timeouts(9);
        assertThat(patience.stretched(500)).isEqualTo(4_000);
    }

    @Test
    void aKnownLeaderEndsIt() {
        timeouts(3);
        patience.leader(true);
        assertThat(patience.stretched(500)).isEqualTo(500);
        timeouts(3); // as the timer of a follower does all the time
        assertThat(patience.stretched(500)).isEqualTo(500);
        patience.leader(false);
        timeouts(1);
        assertThat(patience.stretched(500)).isEqualTo(1_000);
    }

    @Test
    void whoReachesNoMajorityAsksAsOftenAsEver() {
        timeouts(2);
        reachesMajority = false;
        timeouts(1);
        assertThat(patience.stretched(500)).isEqualTo(500);
    }
}
