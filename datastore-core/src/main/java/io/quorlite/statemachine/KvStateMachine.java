package io.quorlite.statemachine;

import io.quorlite.command.Command;
import io.quorlite.lease.Lease;
import io.quorlite.lease.LeaseTable;
import io.quorlite.mvcc.AppliedTxn;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnEvaluator;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTable;
import io.quorlite.system.SystemTxn;
import java.util.ArrayList;
import java.util.List;

/**
 * The replicated state: applies committed commands to the key space, the leases and the system records. Every replica that applies the same commands
 * from the same state gets the same outcomes, the same rows and the same hash; nothing here reads a clock or draws lots.
 *
 * <p>Not thread-safe: it belongs to the apply thread, {@link #leases()} and what readers may do with {@link #records()} excepted. What it tells the storage ports in one
 * {@link #apply} must become durable together.
 */
public final class KvStateMachine {
    private final KeySpace keys;
    private final LeaseStore leaseStore;
    private final SystemStore recordStore;
    private final LeaseTable leases;
    private final SystemTable records;
    private final TxnEvaluator evaluator;
    private final StateHash hash;

    private KvStateMachine(
            KeySpace keys,
            LeaseStore leaseStore,
            SystemStore recordStore,
            LeaseTable leases,
            SystemTable records,
            long stateHash) {
        this.keys = keys;
        this.leaseStore = leaseStore;
        this.recordStore = recordStore;
        this.leases = leases;
        this.records = records;
        this.evaluator = new TxnEvaluator(keys, leases);
        this.hash = new StateHash(stateHash);
    }

    /**
     * The state machine over storage as it is; the tables belong to the machine then.
     *
     * @param leases those that {@code leaseStore} holds, with the keys on them; see {@link #leasesOf}
     * @param records those that {@code recordStore} holds
     * @param stateHash as stored with that state, 0 for an empty one
     */
    public static KvStateMachine over(
            KeySpace keys,
            LeaseStore leaseStore,
            SystemStore recordStore,
            LeaseTable leases,
            SystemTable records,
            long stateHash) {
        return new KvStateMachine(keys, leaseStore, recordStore, leases, records, stateHash);
    }

    /** The table of the {@code granted} leases, with the keys on them as found in {@code keys}. */
    public static LeaseTable leasesOf(Iterable<Lease> granted, KeySpace keys) {
        LeaseTable leases = new LeaseTable();
        granted.forEach(leases::grant);
        keys.scan(KeyRange.all(), KeySpace.LATEST, false, kv -> {
            if (kv.lease() != 0) {
                leases.attach(kv.lease(), kv.key());
            }
            return true;
        });
        return leases;
    }

    /** Applies a command. A refusal is an outcome; anything thrown means that the state is not to be trusted. */
    public Outcome apply(Command command) {
        try {
            return dispatch(command);
        } catch (MvccException refused) {
            return new Outcome.Refused(refused);
        }
    }

    /** The same for a command in an entry of {@code term}, which it may be bound to. */
    public Outcome apply(Command command, long term) {
        if (command instanceof Command.InTerm bound) {
            return bound.term() == term ? apply(bound.command()) : new Outcome.Overtaken();
        }
        return apply(command);
    }

    /** The leases; any thread may ask them. */
    public LeaseTable leases() {
        return leases;
    }

    /** The system records; to be published when what was applied is committed. */
    public SystemTable records() {
        return records;
    }

    /** The running hash of everything applied so far, to be stored with it. */
    public long stateHash() {
        return hash.value();
    }

    private Outcome dispatch(Command command) {
        if (command instanceof Command.Write write) {
            return write(write.txn());
        }
        if (command instanceof Command.LeaseGrant grant) {
            return grant(grant);
        }
        if (command instanceof Command.LeaseRevoke revoke) {
            return revoke(revoke.id());
        }
        if (command instanceof Command.LeaseCheckpoint checkpoint) {
            return checkpoint(checkpoint);
        }
        if (command instanceof Command.Compact compact) {
            return compact(compact.revision());
        }
        if (command instanceof Command.SystemWrite write) {
            return write(write.txn());
        }
        throw new AssertionError(command);
    }

    private Outcome write(Txn txn) {
        AppliedTxn applied = evaluator.apply(txn);
        hash.events(applied.events());
        return new Outcome.Written(applied.result(), applied.events());
    }

    private Outcome grant(Command.LeaseGrant grant) {
        if (grant.id() == 0) {
            throw leaseNotFound(grant.id());
        }
        if (leases.exists(grant.id())) {
            throw new MvccException(MvccException.Kind.LEASE_EXISTS, "lease " + grant.id() + " is granted already");
        }
        Lease lease = new Lease(grant.id(), grant.ttlSeconds(), 0);
        leases.grant(lease);
        leaseStore.saveLease(lease);
        hash.leaseSaved(lease);
        return new Outcome.LeaseGranted(lease);
    }

    private Outcome revoke(long id) {
        if (!leases.exists(id)) {
            throw leaseNotFound(id);
        }
        List<Bytes> doomed = leases.keysOf(id);
        List<KeyEvent> events = evaluator.deleteAll(doomed);
        leases.remove(id);
        leaseStore.deleteLease(id);
        hash.events(events);
        hash.leaseRevoked(id);
        return new Outcome.LeaseRevoked(id, keys.currentRevision(), events);
    }

    private Outcome checkpoint(Command.LeaseCheckpoint checkpoint) {
        List<Lease> changed = new ArrayList<>(checkpoint.leases().size());
        for (Command.LeaseCheckpoint.Remaining remaining : checkpoint.leases()) {
            // A lease may have been revoked since its leader looked; that is nobody's mistake.
            Lease lease = leases.checkpoint(remaining.id(), remaining.remainingSeconds());
            if (lease != null) {
                leaseStore.saveLease(lease);
                hash.leaseSaved(lease);
                changed.add(lease);
            }
        }
        return new Outcome.LeasesCheckpointed(changed);
    }

    private Outcome compact(long revision) {
        if (revision <= keys.compactRevision()) {
            throw new MvccException(
                    MvccException.Kind.COMPACTED,
                    "revision " + revision + " is compacted, up to " + keys.compactRevision());
        }
        if (revision > keys.currentRevision()) {
            throw new MvccException(
                    MvccException.Kind.FUTURE_REVISION,
                    "revision " + revision + " has not been reached, the newest is " + keys.currentRevision());
        }
        keys.compact(revision);
        hash.compacted(revision);
        return new Outcome.Compacted(revision, keys.currentRevision());
    }

    private Outcome write(SystemTxn txn) {
        boolean applied = records.holds(txn.conditions());
        if (applied) {
            txn.changes().forEach(this::change);
        }
        return new Outcome.SystemWritten(applied);
    }

    private void change(SystemTxn.Change change) {
        if (change.value() == null && records.versionOf(change.name()) == 0) {
            return; // nothing goes
        }
        SystemRecord written = records.change(change);
        if (written == null) {
            recordStore.deleteRecord(change.name());
            hash.recordDeleted(change.name());
        } else {
            recordStore.saveRecord(written);
            hash.recordSaved(written);
        }
    }

    private static MvccException leaseNotFound(long id) {
        return new MvccException(MvccException.Kind.LEASE_NOT_FOUND, "lease " + id + " does not exist");
    }
}
