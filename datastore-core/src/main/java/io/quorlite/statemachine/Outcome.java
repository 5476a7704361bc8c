package io.quorlite.statemachine;

import io.quorlite.lease.Lease;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.TxnResult;
import java.util.List;

/** What a command did; the same on every replica. */
public sealed interface Outcome
        permits Outcome.Written,
                Outcome.LeaseGranted,
                Outcome.LeaseRevoked,
                Outcome.LeasesCheckpointed,
                Outcome.Compacted,
                Outcome.SystemWritten,
                Outcome.Overtaken,
                Outcome.Refused {

    /** The changes of keys, in revision order, without the versions before. */
    default List<KeyEvent> events() {
        return List.of();
    }

    /** A transaction was applied, whichever branch it took. */
    record Written(TxnResult result, @Override List<KeyEvent> events) implements Outcome {}

    record LeaseGranted(Lease lease) implements Outcome {}

    /**
     * A lease is gone, and with it its keys.
     *
     * @param revision the store's main revision afterwards
     */
    record LeaseRevoked(long id, long revision, @Override List<KeyEvent> events) implements Outcome {}

    /**
     * Remaining times were recorded.
     *
     * @param leases those that were still there, as they are now
     */
    record LeasesCheckpointed(List<Lease> leases) implements Outcome {}

    /**
     * The history is compacted.
     *
     * @param compactRevision up to which
     * @param revision the store's main revision
     */
    record Compacted(long compactRevision, long revision) implements Outcome {}

    /**
     * A change of system records was decided.
     *
     * @param applied whether its conditions held; if not, nothing was changed
     */
    record SystemWritten(boolean applied) implements Outcome {}

    /** The command was bound to another term; nothing was changed. */
    record Overtaken() implements Outcome {}

    /** Nothing was changed. */
    record Refused(MvccException reason) implements Outcome {}
}
