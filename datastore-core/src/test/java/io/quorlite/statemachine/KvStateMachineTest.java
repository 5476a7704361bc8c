package io.quorlite.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.command.Command;
import io.quorlite.lease.Lease;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MapKeySpace;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.Txn;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTable;
import io.quorlite.system.SystemTxn;
import java.util.List;
import org.junit.jupiter.api.Test;

class KvStateMachineTest {
    private static final Bytes A = Bytes.utf8("a");
    private static final Bytes B = Bytes.utf8("b");
    private static final Bytes V = Bytes.utf8("v");

    private final MapKeySpace keys = new MapKeySpace();
    private final MemoryLeaseStore store = new MemoryLeaseStore();
    private final MemorySystemStore recordStore = new MemorySystemStore();
    private final KvStateMachine machine = over(0);

    private KvStateMachine over(long stateHash) {
        return KvStateMachine.over(
                keys,
                store,
                recordStore,
                KvStateMachine.leasesOf(store.rows(), keys),
                SystemTable.of(recordStore.rows()),
                stateHash);
    }

    @Test
    void grantsALeaseOnce() {
        assertThat(machine.apply(new Command.LeaseGrant(7, 60)))
                .isEqualTo(new Outcome.LeaseGranted(new Lease(7, 60, 0)));
        assertThat(store.rows()).containsExactly(new Lease(7, 60, 0));

        assertRefused(new Command.LeaseGrant(7, 30), MvccException.Kind.LEASE_EXISTS);
        assertRefused(new Command.LeaseGrant(0, 30), MvccException.Kind.LEASE_NOT_FOUND);
        assertThat(keys.currentRevision()).isEqualTo(1);
    }

    @Test
    void deletesTheKeysOfARevokedLeaseInKeyOrderInOneRevision() {
        machine.apply(new Command.LeaseGrant(7, 60));
        machine.apply(put(B, 7));
        machine.apply(put(A, 7));

        Outcome revoked = machine.apply(new Command.LeaseRevoke(7));

        assertThat(revoked)
                .isEqualTo(new Outcome.LeaseRevoked(
                        7,
                        4,
                        List.of(
                                new KeyEvent(KeyValue.tombstone(A, 4), 0, null),
                                new KeyEvent(KeyValue.tombstone(B, 4), 1, null))));
        assertThat(store.rows()).isEmpty();
        assertThat(machine.leases().size()).isZero();
        assertRefused(new Command.LeaseRevoke(7), MvccException.Kind.LEASE_NOT_FOUND);
        assertRefused(put(A, 7), MvccException.Kind.LEASE_NOT_FOUND);
    }

    @Test
    void leavesTheRevisionWhereARevokedLeaseHasNoKeys() {
        machine.apply(new Command.LeaseGrant(7, 60));

        assertThat(machine.apply(new Command.LeaseRevoke(7))).isEqualTo(new Outcome.LeaseRevoked(7, 1, List.of()));
    }

    @Test
    void recordsRemainingTimesOfLeasesThatAreStillThere() {
        machine.apply(new Command.LeaseGrant(7, 60));

        Outcome outcome = machine.apply(new Command.LeaseCheckpoint(
                List.of(new Command.LeaseCheckpoint.Remaining(7, 12), new Command.LeaseCheckpoint.Remaining(8, 12))));

        assertThat(outcome).isEqualTo(new Outcome.LeasesCheckpointed(List.of(new Lease(7, 60, 12))));
        assertThat(store.rows()).containsExactly(new Lease(7, 60, 12));
    }

    @Test
    void compactsUpwardsOnlyAndNotBeyondThePresent() {
        machine.apply(put(A, 0));
        machine.apply(put(A, 0));

        assertRefused(new Command.Compact(4), MvccException.Kind.FUTURE_REVISION);
        assertThat(machine.apply(new Command.Compact(2))).isEqualTo(new Outcome.Compacted(2, 3));
        assertRefused(new Command.Compact(2), MvccException.Kind.COMPACTED);
        assertThat(keys.compactRevision()).isEqualTo(2);
    }

    @Test
    void compactsAtZeroOnceAsEtcdDoes() {
        assertRefused(new Command.Compact(-1), MvccException.Kind.COMPACTED);
        assertThat(machine.apply(new Command.Compact(0))).isEqualTo(new Outcome.Compacted(0, 1));
        assertRefused(new Command.Compact(0), MvccException.Kind.COMPACTED);
    }

    @Test
    void findsTheKeysOfLeasesAgainAfterARestart() {
        machine.apply(new Command.LeaseGrant(7, 60));
        machine.apply(put(A, 7));
        machine.apply(put(B, 0));

        KvStateMachine reopened = over(machine.stateHash());

        assertThat(reopened.leases().keysOf(7)).containsExactly(A);
        assertThat(reopened.stateHash()).isEqualTo(machine.stateHash());
    }

    @Test
    void changesItsHashWithEveryChangeAndWithNothingElse() {
        long empty = machine.stateHash();

        machine.apply(new Command.LeaseRevoke(7));
        machine.apply(new Command.Write(Txn.of(new Op.DeleteRange(KeyRange.single(A), false))));
        assertThat(machine.stateHash()).isEqualTo(empty);

        List<Command> changes = List.of(
                put(A, 0),
                new Command.LeaseGrant(7, 60),
                new Command.LeaseCheckpoint(List.of(new Command.LeaseCheckpoint.Remaining(7, 12))),
                new Command.Compact(2),
                new Command.SystemWrite(SystemTxn.put("a", A)),
                new Command.SystemWrite(new SystemTxn(List.of(), List.of(new SystemTxn.Change("a", null)))),
                new Command.LeaseRevoke(7));
        for (Command change : changes) {
            long before = machine.stateHash();
            machine.apply(change);
            assertThat(machine.stateHash()).as("%s", change).isNotEqualTo(before);
        }
    }

    @Test
    void changesRecordsTogetherOrNotAtAll() {
        assertThat(machine.apply(new Command.SystemWrite(SystemTxn.put("token/1", A))))
                .isEqualTo(new Outcome.SystemWritten(true));
        Command use = new Command.SystemWrite(new SystemTxn(
                List.of(new SystemTxn.Condition("token/1", 1), new SystemTxn.Condition("node/1", 0)),
                List.of(new SystemTxn.Change("token/1", B), new SystemTxn.Change("node/1", V))));

        assertThat(machine.apply(use)).isEqualTo(new Outcome.SystemWritten(true));
        long hash = machine.stateHash();
        assertThat(machine.apply(use)).isEqualTo(new Outcome.SystemWritten(false));

        assertThat(machine.stateHash()).isEqualTo(hash);
        assertThat(recordStore.rows())
                .containsExactly(new SystemRecord("node/1", V, 1), new SystemRecord("token/1", B, 2));
        assertThat(keys.currentRevision()).isEqualTo(1);
    }

    @Test
    void showsRecordsOnceTheyArePublished() {
        machine.apply(new Command.SystemWrite(SystemTxn.put("a/1", A)));
        machine.apply(new Command.SystemWrite(SystemTxn.put("b", B)));
        assertThat(machine.records().list("")).isEmpty();

        machine.records().publish();
        machine.apply(new Command.SystemWrite(new SystemTxn(List.of(), List.of(new SystemTxn.Change("b", null)))));

        assertThat(machine.records().list("")).extracting(SystemRecord::name).containsExactly("a/1", "b");
        assertThat(machine.records().list("a/")).extracting(SystemRecord::name).containsExactly("a/1");
        assertThat(machine.records().list("a/1")).hasSize(1);
        assertThat(machine.records().list("a/2")).isEmpty();
        assertThat(over(0).records().list("")).extracting(SystemRecord::name).containsExactly("a/1");
    }

    @Test
    void startsVersionsAfreshAfterADeletion() {
        Command delete = new Command.SystemWrite(new SystemTxn(List.of(), List.of(new SystemTxn.Change("a", null))));
        machine.apply(new Command.SystemWrite(SystemTxn.put("a", A)));
        machine.apply(new Command.SystemWrite(SystemTxn.put("a", B)));
        machine.apply(delete);
        long hash = machine.stateHash();

        machine.apply(delete); // of nothing
        assertThat(machine.stateHash()).isEqualTo(hash);
        machine.apply(new Command.SystemWrite(SystemTxn.put("a", V)));

        assertThat(recordStore.rows()).containsExactly(new SystemRecord("a", V, 1));
    }

    /** The hash is stored, and members of different builds compare it: what it is made of may not change unnoticed. */
    @Test
    void keepsItsHashFromBuildToBuild() {
        machine.apply(put(A, 0));
        machine.apply(new Command.LeaseGrant(7, 60));
        machine.apply(put(B, 7));
        machine.apply(new Command.Compact(3));
        machine.apply(new Command.LeaseRevoke(7));

        assertThat(machine.stateHash()).isEqualTo(-176577638157607071L);
        machine.apply(new Command.SystemWrite(SystemTxn.put("a", A)));
        machine.apply(new Command.SystemWrite(new SystemTxn(List.of(), List.of(new SystemTxn.Change("a", null)))));
        assertThat(machine.stateHash()).isEqualTo(-1775922737686522888L);
    }

    private static Command put(Bytes key, long lease) {
        return new Command.Write(Txn.of(Op.Put.of(key, V, lease)));
    }

    private void assertRefused(Command command, MvccException.Kind kind) {
        long hash = machine.stateHash();
        Outcome outcome = machine.apply(command);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.reason().kind()).isEqualTo(kind));
        assertThat(outcome.events()).isEmpty();
        assertThat(machine.stateHash()).isEqualTo(hash);
    }
}
