package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import java.util.List;
import java.util.NavigableMap;

/**
 * The replay of a history's log, with every call held against it. Built once from a history, then immutable; what does not
 * agree has gone to the findings.
 */
final class Replay {
    private final Findings findings;
    private final RevisionLog log;
    private final RealTime time;
    private final Compactions compactions;
    private final Owners owners;

    Replay(History history, Findings findings) {
        this.findings = findings;
        this.log = RevisionLog.of(history, findings);
        this.time = new RealTime(history);
        this.compactions = new Compactions(history);
        this.owners = new Owners(log, time);
        List<Operation> operations = history.storeOperations().toList();
        operations.forEach(this::check);
        owners.assignRest(operations, findings);
    }

    RevisionLog log() {
        return log;
    }

    RealTime time() {
        return time;
    }

    Compactions compactions() {
        return compactions;
    }

    /** Revisions that only the end of a lease can have written, with the lease's id. */
    NavigableMap<Long, Long> leaseEnds() {
        return owners.leaseEnds();
    }

    private void check(Operation operation) {
        StoreRequest request = (StoreRequest) operation.request();
        if (operation.isFail()) {
            checkRefusal(operation, request);
        } else if (operation.isOk() && operation.answer().revision() > 0) {
            checkTime(operation, request);
            checkAnswer(operation, request);
        }
    }

    private void checkRefusal(Operation operation, StoreRequest request) {
        long named = request instanceof StoreRequest.Compact compact
                ? compact.revision()
                : request instanceof StoreRequest.Range range ? range.revision() : 0;
        if (named > 0 && !compactions.mayRefuse(operation, named, time.floor(operation))) {
            findings.add("refused though it was not due: " + operation);
        }
    }

    private void checkTime(Operation operation, StoreRequest request) {
        long floor = time.floor(operation);
        long revision = operation.answer().revision();
        if (Requests.isLinearizable(request) && revision < floor) {
            findings.add("stale: answers as of revision " + revision + ", but " + floor
                    + " had been seen before the call: " + operation);
        }
    }

    private void checkAnswer(Operation operation, StoreRequest request) {
        long revision = operation.answer().revision();
        if (!log.knows(revision)) {
            findings.undecided("revision " + revision + " is beyond " + log.knownTo()
                    + ", up to which the watches on everything tell: " + operation);
        } else if (RequestModel.knows(request)) {
            checkNamedRevision(operation, request);
            checkEffect(operation, request, revision);
        } else if (request instanceof StoreRequest.LeaseRevoke revoke) {
            List<String> left = LeaseKeys.attached(log.state(revision), revoke.id());
            if (!left.isEmpty()) {
                findings.add("lease revoked, but at revision " + revision + " its keys " + left + " are there: "
                        + operation);
            }
        } else if (request instanceof StoreRequest.Compact compact) {
            if (compact.revision() > revision) {
                findings.add("compacted beyond the latest revision: " + operation);
            } else if (compact.revision() <= compactions.surelyBefore(operation.callIndex())) {
                findings.add("compacted though compacted further before: " + operation);
            }
        }
    }

    private void checkNamedRevision(Operation operation, StoreRequest request) {
        long named = Requests.namedRevision(request);
        if (named > operation.answer().revision()) {
            findings.add("answered at a revision that had not been yet: " + operation);
        } else if (named > 0
                && Requests.isLinearizable(request)
                && named < compactions.surelyBefore(operation.callIndex())) {
            findings.add("answered at a revision that had been compacted: " + operation);
        }
    }

    /** Either the call wrote the revision it names, or it read the key space as that revision left it. */
    private void checkEffect(Operation operation, StoreRequest request, long revision) {
        long named = Requests.namedRevision(request);
        if (named > revision) {
            return; // said already
        }
        if (revision > RevisionLog.FIRST && named < revision) {
            RequestModel.Effect wrote = RequestModel.apply(request, revision - 1, log::state);
            if (!wrote.events().isEmpty() && wrote.response().equals(operation.answer())) {
                checkWrite(operation, revision, wrote.events());
                return;
            }
        }
        RequestModel.Effect read = RequestModel.apply(request, revision, log::state);
        if (!read.events().isEmpty()) {
            findings.add("acknowledged, but revision " + revision + " is " + log.events(revision)
                    + " and the answer does not follow from the one before (lost or altered write): " + operation);
        } else if (!read.response().equals(operation.answer())) {
            findings.add("wrong answer: at revision " + revision + " it is " + shortened(read.response()) + ": "
                    + operation);
        }
    }

    private void checkWrite(Operation operation, long revision, List<KeyEvent> effect) {
        if (!Owners.told(effect).equals(log.events(revision))) {
            findings.add("acknowledged write is not in the log (lost): revision " + revision + " is "
                    + log.events(revision) + ": " + operation);
            return;
        }
        Operation other = owners.claim(revision, operation);
        if (other != null) {
            findings.add("two acknowledged writes share revision " + revision + ": " + other + " and " + operation);
        }
        if (revision <= time.floor(operation)) {
            findings.add("wrote revision " + revision + " though it had been seen before the call: " + operation);
        }
    }

    private static String shortened(Response response) {
        String text = response.toString();
        return text.length() > 400 ? text.substring(0, 400) + "…" : text;
    }
}
