package io.quorlite.faults.checkers.revisions;

import static io.quorlite.faults.checkers.revisions.RevisionHarm.applyAgain;
import static io.quorlite.faults.checkers.revisions.RevisionHarm.floor;
import static io.quorlite.faults.checkers.revisions.RevisionHarm.isOkPut;
import static io.quorlite.faults.checkers.revisions.RevisionHarm.isOkRead;
import static io.quorlite.faults.checkers.revisions.RevisionHarm.isTold;
import static io.quorlite.faults.checkers.revisions.RevisionHarm.later;
import static io.quorlite.faults.checkers.revisions.RevisionHarm.tellAll;
import static io.quorlite.faults.simulation.Harm.needed;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.HistoryLine.WatchHeard;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.simulation.Harm;
import io.quorlite.faults.simulation.SimulatedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Each harm done to a good history, wherever it is done, is found by the replay of revisions. */
class HarmedHistoriesTest {
    private static final int SEEDS = 20;

    @Test
    void findsARevisionThatNoWatchTold() {
        assertRejected("is missing", harm -> {
            long lost = 2 + harm.lastRevision() / 2;
            harm.changeEvents(event -> event.revision() == lost ? null : event);
        });
    }

    @Test
    void findsARevisionThatOneNodeLeftOut() {
        assertRejected("passed over", harm -> {
            long lost = 2 + harm.lastRevision() / 2;
            for (int line : harm.told(heard -> heard.watch() == 1)) {
                List<KeyEvent> events = harm.heard(line).events();
                List<KeyEvent> rest = events.stream()
                        .filter(event -> event.revision() != lost)
                        .toList();
                if (rest.size() < events.size()) {
                    harm.setEvents(line, rest);
                    return;
                }
            }
        });
    }

    @Test
    void findsAnAcknowledgedWriteThatIsNotInTheLog() {
        assertRejected("lost", harm -> {
            Operation put = needed(harm.pick(RevisionHarm::isOkPut));
            StoreRequest.Put request = (StoreRequest.Put) put.request();
            harm.set(
                    put.callIndex(),
                    new HistoryLine.Invoked(
                            put.callNanos(),
                            put.process(),
                            put.node(),
                            new StoreRequest.Put(request.key(), "other", request.lease(), request.prevKv())));
        });
    }

    @Test
    void findsAnAcknowledgedWriteLostAtTheEnd() {
        assertRejected(
                "lost",
                harm -> harm.append(
                        new StoreRequest.Put("k1", "never"), new Response.PutResult(harm.lastRevision(), null), null));
    }

    @Test
    void findsTwoWritersOfOneRevision() {
        assertRejected("share revision", harm -> {
            Operation put = needed(harm.pick(RevisionHarm::isOkPut));
            harm.insertCall(put.returnIndex(), put.request(), put.answer(), null);
        });
    }

    @Test
    void findsACertainFailureThatTookEffect() {
        assertRejected("aborted read", harm -> {
            Operation put = needed(
                    harm.pick(operation -> isOkPut(operation) && isTold(harm, (StoreRequest.Put) operation.request())));
            harm.fail(put, new Failure(Failure.Kind.REFUSED, "no leader"));
        });
    }

    @Test
    void findsAWriteByNobody() {
        assertRejected("written by nobody", harm -> {
            long revision = harm.lastRevision() + 1;
            tellAll(harm, KeyEvent.put(new KeyValue("z", "ghost", revision, revision, 1, 0), null));
        });
    }

    @Test
    void findsAnAcknowledgedWriteAppliedTwice() {
        assertRejected("applied twice", harm -> {
            StoreRequest.Put put =
                    (StoreRequest.Put) needed(harm.pick(RevisionHarm::isOkPut)).request();
            applyAgain(harm, put);
        });
    }

    @Test
    void findsAnUnknownWriteAppliedTwice() {
        assertRejected("applied twice", harm -> {
            Operation unknown = needed(harm.pick(operation ->
                    operation.isInfo() && operation.request() instanceof StoreRequest.Put put && isTold(harm, put)));
            applyAgain(harm, (StoreRequest.Put) unknown.request());
        });
    }

    @Test
    void findsTwoReadsSwapped() {
        assertRejected("stale", harm -> {
            Operation last = harm.history().operations().stream()
                    .filter(RevisionHarm::isOkRead)
                    .reduce((one, other) -> other)
                    .orElseThrow();
            Operation first = needed(harm.pick(operation -> isOkRead(operation)
                    && operation.returnIndex() < last.callIndex()
                    && operation.answer().revision() < last.answer().revision()));
            Operation second = needed(harm.pick(operation -> isOkRead(operation)
                    && operation.callIndex() > first.returnIndex()
                    && operation.answer().revision() > first.answer().revision()));
            harm.answer(first, second.answer());
            harm.answer(second, first.answer());
        });
    }

    @Test
    void findsAStaleRead() {
        assertRejected("stale", harm -> {
            Operation read =
                    needed(harm.pick(operation -> isOkRead(operation) && floor(harm, operation) > RevisionLog.FIRST));
            Response.RangeResult answer = (Response.RangeResult) read.answer();
            harm.answer(
                    read, new Response.RangeResult(floor(harm, read) - 1, answer.kvs(), answer.count(), answer.more()));
        });
    }

    @Test
    void findsAReadOfOldDataUnderANewRevision() {
        assertRejected("wrong answer", harm -> {
            Operation read = needed(harm.pick(operation -> isOkRead(operation)
                    && ((Response.RangeResult) operation.answer()).kvs().size() == 1));
            Response.RangeResult answer = (Response.RangeResult) read.answer();
            KeyValue kv = answer.kvs().get(0);
            KeyValue old =
                    new KeyValue(kv.key(), "old", kv.createRevision(), kv.modRevision(), kv.version(), kv.lease());
            harm.answer(read, new Response.RangeResult(answer.revision(), List.of(old), answer.count(), answer.more()));
        });
    }

    @Test
    void findsAWriteSeenBeforeItWasAsked() {
        assertRejected("seen before the call", harm -> {
            Operation put = needed(harm.pick(RevisionHarm::isOkPut));
            int told = harm.told(heard -> heard.watch() == 0
                            && heard.events().stream()
                                    .anyMatch(event ->
                                            event.revision() == put.answer().revision()))
                    .get(0);
            harm.moveBefore(told, put.callIndex());
        });
    }

    @Test
    void findsTheOtherBranchOfATransaction() {
        assertRejected("", harm -> {
            Operation txn = needed(
                    harm.pick(operation -> operation.isOk() && operation.answer() instanceof Response.TxnResult));
            Response.TxnResult answer = (Response.TxnResult) txn.answer();
            harm.answer(txn, new Response.TxnResult(answer.revision(), !answer.succeeded(), answer.responses()));
        });
    }

    @Test
    void findsALostKeyOfALease() {
        assertRejected("written by nobody", harm -> {
            Operation grant = needed(
                    harm.pick(operation -> operation.isOk() && operation.request() instanceof StoreRequest.LeaseGrant));
            long lease = ((StoreRequest.LeaseGrant) grant.request()).id();
            long revision = harm.lastRevision();
            tellAll(
                    harm,
                    KeyEvent.put(new KeyValue("y1", "a", revision + 1, revision + 1, 1, lease), null),
                    KeyEvent.put(new KeyValue("y2", "a", revision + 1, revision + 1, 1, lease), null));
            tellAll(harm, KeyEvent.delete("y1", revision + 2, null));
        });
    }

    @Test
    void findsARevocationThatLeftAKey() {
        assertRejected("lease revoked", harm -> {
            Operation attached = needed(harm.pick(
                    operation -> isOkPut(operation) && ((StoreRequest.Put) operation.request()).lease() != 0));
            long lease = ((StoreRequest.Put) attached.request()).lease();
            harm.insertCall(
                    attached.returnIndex() + 1,
                    new StoreRequest.LeaseRevoke(lease),
                    new Response.LeaseResult(attached.answer().revision(), lease, 0),
                    null);
        });
    }

    @Test
    void findsARevisionSplitInTwo() {
        assertRejected("", harm -> {
            WatchHeard two = needed(harm.any(harm
                    .told(heard -> heard.watch() == 0
                            && heard.events().size() > 1
                            && heard.events().get(0).revision()
                                    == heard.events().get(1).revision())
                    .stream()
                    .map(harm::heard)
                    .toList()));
            KeyEvent second = two.events().get(1);
            harm.changeEvents(event -> event.revision() > second.revision()
                            || (event.revision() == second.revision()
                                    && event.key().equals(second.key()))
                    ? later(event)
                    : event);
        });
    }

    @Test
    void findsWatchesThatDisagree() {
        assertRejected("disagree", harm -> {
            int line = needed(harm.any(harm.told(heard -> heard.watch() == 2)));
            KeyEvent event = harm.heard(line).events().get(0);
            KeyValue kv = event.kv();
            KeyEvent other = new KeyEvent(
                    event.type(),
                    new KeyValue(
                            kv.key(),
                            kv.value() + "x",
                            kv.createRevision(),
                            kv.modRevision(),
                            kv.version(),
                            kv.lease()),
                    event.prevKv());
            List<KeyEvent> events = new ArrayList<>(harm.heard(line).events());
            events.set(0, other);
            harm.setEvents(line, events);
        });
    }

    @Test
    void findsAnswersBelowTheCompactionAndRefusalsThatWereNotDue() {
        StoreRequest.Range atTwo = new StoreRequest.Range(KeyRange.single("none"), 2, 0, false, false);
        assertRejected("had been compacted", harm -> {
            harm.append(
                    new StoreRequest.Compact(harm.lastRevision()),
                    new Response.CompactResult(harm.lastRevision()),
                    null);
            harm.append(atTwo, new Response.RangeResult(harm.lastRevision(), List.of(), 0, false), null);
        });
        assertRejected("not due", harm -> harm.append(atTwo, null, new Failure(Failure.Kind.FUTURE_REVISION, "")));
        assertRejected(
                "not due",
                harm -> harm.append(
                        new StoreRequest.Range(KeyRange.ALL, harm.lastRevision(), 0, false, false),
                        null,
                        new Failure(Failure.Kind.COMPACTED, "")));
    }

    @Test
    void cannotDecideBeyondWhatTheWatchesTold() {
        History history = History.of(SimulatedRun.lines(3, 200, 0.1).stream()
                .filter(line -> !(line instanceof WatchHeard heard && heard.watch() < RevisionHarm.EVERYTHING_WATCHES))
                .toList());

        assertThat(new RevisionReplayChecker().check(history).kind()).isEqualTo(Verdict.Kind.UNKNOWN);
    }

    private static void assertRejected(String because, Consumer<Harm> harm) {
        Harm.each(SEEDS, 250, 0.2, harm, (seed, history) -> {
            Verdict verdict = new RevisionReplayChecker().check(history);
            assertThat(verdict.kind())
                    .as("seed %s: %s", seed, verdict.explanation())
                    .isEqualTo(Verdict.Kind.INVALID);
            assertThat(verdict.explanation()).as("seed %s", seed).contains(because);
        });
    }
}
