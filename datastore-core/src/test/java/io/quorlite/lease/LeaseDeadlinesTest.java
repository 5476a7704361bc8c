package io.quorlite.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseDeadlinesTest {
    private static final long NOW = 1_000_000;
    private static final long MINUTE = 60_000;

    private final LeaseDeadlines deadlines = new LeaseDeadlines();

    @Test
    void knowsNothingBeforePromotionAndAfterDemotion() {
        deadlines.granted(new Lease(1, 10, 0), NOW);
        assertThat(deadlines.renew(1, NOW)).isEqualTo(LeaseDeadlines.NOT_LEADING);

        deadlines.promote(List.of(new Lease(1, 10, 0)), NOW, 0);
        assertThat(deadlines.isLeading()).isTrue();
        deadlines.demote();

        assertThat(deadlines.isLeading()).isFalse();
        assertThat(deadlines.renew(1, NOW)).isEqualTo(LeaseDeadlines.NOT_LEADING);
        assertThat(deadlines.remainingSeconds(1, NOW)).isEqualTo(LeaseDeadlines.NOT_LEADING);
        assertThat(deadlines.expired(NOW + 100 * MINUTE, 10)).isEmpty();
    }

    @Test
    void restartsLeasesOnPromotionWithTheirRecordedTimeAndTheExtension() {
        deadlines.promote(List.of(new Lease(1, 10, 0), new Lease(2, 600, 5)), NOW, 1_500);

        assertThat(deadlines.expired(NOW + 6_499, 10)).isEmpty();
        assertThat(deadlines.expired(NOW + 6_500, 10)).containsExactly(2L);
        assertThat(deadlines.expired(NOW + 11_499, 10)).containsExactly(2L); // once more, unrevoked
        assertThat(deadlines.expired(NOW + 11_500, 10)).containsExactly(1L);
    }

    @Test
    void showsExpiredLeasesInOrderBoundedAndAgainAfterAWhile() {
        deadlines.promote(List.of(), NOW, 0);
        deadlines.granted(new Lease(3, 2, 0), NOW);
        deadlines.granted(new Lease(2, 2, 0), NOW);
        deadlines.granted(new Lease(1, 3, 0), NOW);

        assertThat(deadlines.expired(NOW + 5_000, 2)).containsExactly(2L, 3L);
        assertThat(deadlines.expired(NOW + 5_000, 2)).containsExactly(1L);
        assertThat(deadlines.expired(NOW + 7_999, 9)).isEmpty();
        deadlines.revoked(2);
        assertThat(deadlines.expired(NOW + 8_000, 9)).containsExactly(1L, 3L);
    }

    @Test
    void renewsToTheWholeTime() {
        deadlines.promote(List.of(new Lease(1, 10, 0)), NOW, 0);

        assertThat(deadlines.renew(1, NOW + 9_000)).isEqualTo(10);

        assertThat(deadlines.expired(NOW + 18_999, 9)).isEmpty();
        assertThat(deadlines.expired(NOW + 19_000, 9)).containsExactly(1L);
    }

    @Test
    void doesNotRenewWhatIsUnknownOrExpired() {
        deadlines.promote(List.of(new Lease(1, 10, 0)), NOW, 0);

        assertThat(deadlines.renew(2, NOW)).isEqualTo(LeaseDeadlines.UNKNOWN);
        assertThat(deadlines.renew(1, NOW + 10_000)).isEqualTo(LeaseDeadlines.EXPIRED);
        deadlines.revoked(1);
        assertThat(deadlines.renew(1, NOW + 10_000)).isEqualTo(LeaseDeadlines.UNKNOWN);
    }

    @Test
    void tellsWholeSecondsLeft() {
        deadlines.promote(List.of(new Lease(1, 10, 0)), NOW, 0);

        assertThat(deadlines.remainingSeconds(1, NOW + 1)).isEqualTo(9);
        assertThat(deadlines.remainingSeconds(1, NOW + 30_000)).isZero();
        assertThat(deadlines.remainingSeconds(2, NOW)).isEqualTo(-1);
    }

    @Test
    void recordsLongLeasesEveryFiveMinutesRoundedUp() {
        deadlines.promote(List.of(new Lease(1, 3_600, 0), new Lease(2, 300, 0)), NOW, 0);

        assertThat(deadlines.dueCheckpoints(NOW + 5 * MINUTE - 1, 9)).isEmpty();
        assertThat(deadlines.dueCheckpoints(NOW + 5 * MINUTE + 1, 9)).containsExactly(new Lease(1, 3_600, 3_300));
        assertThat(deadlines.dueCheckpoints(NOW + 5 * MINUTE + 1, 9)).isEmpty();
        assertThat(deadlines.dueCheckpoints(NOW + 10 * MINUTE + 1, 9)).containsExactly(new Lease(1, 3_600, 3_000));
    }

    @Test
    void boundsTheCheckpointsOfOneCall() {
        deadlines.promote(List.of(new Lease(1, 3_600, 0), new Lease(2, 3_600, 0)), NOW, 0);

        assertThat(deadlines.dueCheckpoints(NOW + 6 * MINUTE, 1))
                .extracting(Lease::id)
                .containsExactly(1L);
        assertThat(deadlines.dueCheckpoints(NOW + 6 * MINUTE, 1))
                .extracting(Lease::id)
                .containsExactly(2L);
    }

    @Test
    void renewsOnlyAfterARecordedTimeIsTakenBack() {
        deadlines.promote(List.of(new Lease(1, 3_600, 0)), NOW, 0);
        deadlines.dueCheckpoints(NOW + 5 * MINUTE, 9);

        assertThat(deadlines.renew(1, NOW + 6 * MINUTE)).isEqualTo(LeaseDeadlines.CHECKPOINTED);
        assertThat(deadlines.dueCheckpoints(NOW + 20 * MINUTE, 9))
                .as("nothing is recorded between reset and renewal")
                .isEmpty();
        assertThat(deadlines.renewAfterReset(1, NOW + 21 * MINUTE)).isEqualTo(3_600);

        assertThat(deadlines.remainingSeconds(1, NOW + 21 * MINUTE)).isEqualTo(3_600);
        assertThat(deadlines.renew(1, NOW + 22 * MINUTE)).isEqualTo(3_600);
        assertThat(deadlines.dueCheckpoints(NOW + 26 * MINUTE, 9)).hasSize(1);
    }

    @Test
    void asksForTheResetAlsoWhereAnEarlierLeaderRecordedATime() {
        deadlines.promote(List.of(new Lease(1, 3_600, 60)), NOW, 0);

        assertThat(deadlines.renew(1, NOW)).isEqualTo(LeaseDeadlines.CHECKPOINTED);
        assertThat(deadlines.renew(1, NOW + 60_000)).isEqualTo(LeaseDeadlines.EXPIRED);
        assertThat(deadlines.renewAfterReset(1, NOW + 60_000)).isEqualTo(LeaseDeadlines.EXPIRED);
    }

    @Test
    void spreadsAPileUpAfterPromotionWithoutCuttingAnyLeaseShort() {
        List<Lease> leases = new ArrayList<>();
        for (long id = 1; id <= 2_000; id++) {
            leases.add(new Lease(id, 10, 0));
        }
        leases.add(new Lease(5_000, 100, 0));

        deadlines.promote(leases, NOW, 0);

        assertThat(deadlines.expired(NOW + 9_999, 9_999)).isEmpty();
        assertThat(deadlines.expired(NOW + 10_000, 9_999)).hasSize(750);
        assertThat(deadlines.expired(NOW + 11_000, 9_999)).hasSize(750);
        assertThat(deadlines.expired(NOW + 12_000, 9_999)).hasSize(500);
        assertThat(deadlines.remainingSeconds(5_000, NOW)).isEqualTo(100);
    }
}
