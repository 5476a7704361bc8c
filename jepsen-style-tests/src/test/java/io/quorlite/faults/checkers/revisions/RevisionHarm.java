package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.history.HistoryLine.WatchHeard;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.simulation.Harm;
import java.util.List;

/** What harm to revisions is made of. */
final class RevisionHarm {
    /** The first watches of a simulated run are on everything, one at each node. */
    static final int EVERYTHING_WATCHES = 3;

    private RevisionHarm() {}

    static boolean isOkPut(Operation operation) {
        return operation.isOk() && operation.request() instanceof StoreRequest.Put;
    }

    static boolean isOkRead(Operation operation) {
        return operation.isOk()
                && operation.request() instanceof StoreRequest.Range range
                && !range.serializable()
                && range.revision() == 0;
    }

    static long floor(Harm harm, Operation operation) {
        return new RealTime(harm.history()).floor(operation);
    }

    static boolean isTold(Harm harm, StoreRequest.Put put) {
        return harm.history().watches().get(0).events().stream()
                .anyMatch(event -> event.kv().value().equals(put.value()));
    }

    static void applyAgain(Harm harm, StoreRequest.Put put) {
        long revision = harm.lastRevision() + 1;
        KeyValue old = harm.history().watches().get(0).events().stream()
                .filter(event -> event.key().equals(put.key()))
                .reduce((first, second) -> second)
                .filter(event -> !event.isDelete())
                .map(KeyEvent::kv)
                .orElse(null);
        tellAll(
                harm,
                KeyEvent.put(
                        new KeyValue(
                                put.key(),
                                put.value(),
                                old == null ? revision : old.createRevision(),
                                revision,
                                old == null ? 1 : old.version() + 1,
                                put.lease()),
                        old));
    }

    /** Lets every watch on everything tell one more revision before the run settles. */
    static void tellAll(Harm harm, KeyEvent... events) {
        for (int watch = 0; watch < EVERYTHING_WATCHES; watch++) {
            int at = harm.settledLine();
            harm.insert(
                    at,
                    new WatchHeard(
                            harm.line(at).nanos(),
                            watch,
                            WatchHeard.Kind.EVENTS,
                            events[0].revision(),
                            0,
                            false,
                            List.of(events)));
        }
    }

    static KeyEvent later(KeyEvent event) {
        KeyValue kv = event.kv();
        boolean created = kv.createRevision() == kv.modRevision();
        return new KeyEvent(
                event.type(),
                new KeyValue(
                        kv.key(),
                        kv.value(),
                        created ? kv.createRevision() + 1 : kv.createRevision(),
                        kv.modRevision() + 1,
                        kv.version(),
                        kv.lease()),
                event.prevKv());
    }
}
