package io.quorlite.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.Bytes;
import org.junit.jupiter.api.Test;

class LeaseTableTest {
    private static final Bytes A = Bytes.utf8("a");
    private static final Bytes B = Bytes.utf8("b");

    private final LeaseTable table = new LeaseTable();

    LeaseTableTest() {
        table.grant(new Lease(9, 60, 0));
        table.grant(new Lease(-2, 30, 0));
    }

    @Test
    void listsLeasesById() {
        assertThat(table.all()).containsExactly(new Lease(-2, 30, 0), new Lease(9, 60, 0));
        assertThat(table.size()).isEqualTo(2);
        assertThat(table.exists(9)).isTrue();
        assertThat(table.exists(8)).isFalse();
        assertThat(table.find(8)).isNull();
    }

    @Test
    void keepsKeysOfEachLeaseInOrderAndAKeyOnOneLeaseOnly() {
        table.attach(9, B);
        table.attach(9, A);
        assertThat(table.keysOf(9)).containsExactly(A, B);

        table.attach(-2, A);

        assertThat(table.keysOf(9)).containsExactly(B);
        assertThat(table.keysOf(-2)).containsExactly(A);
        assertThat(table.leaseOf(A)).isEqualTo(-2);
    }

    @Test
    void detachesAKeyOnceAndForAll() {
        table.attach(9, A);

        table.detach(A);
        table.detach(A);

        assertThat(table.leaseOf(A)).isZero();
        assertThat(table.keysOf(9)).isEmpty();
    }

    @Test
    void forgetsTheKeysOfALeaseRemoved() {
        table.attach(9, A);

        table.remove(9);

        assertThat(table.leaseOf(A)).isZero();
        assertThat(table.keysOf(9)).isEmpty();
        assertThat(table.find(9)).isNull();
    }

    @Test
    void recordsRemainingTimeAndKeepsTheKeys() {
        table.attach(9, A);

        assertThat(table.checkpoint(9, 12)).isEqualTo(new Lease(9, 60, 12));

        assertThat(table.find(9)).isEqualTo(new Lease(9, 60, 12));
        assertThat(table.keysOf(9)).containsExactly(A);
        assertThat(table.checkpoint(8, 12)).isNull();
    }

    @Test
    void holdsItsCallersToTheRules() {
        assertThatThrownBy(() -> table.grant(new Lease(9, 1, 0))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> table.attach(8, A)).isInstanceOf(IllegalStateException.class);
    }
}
