package io.quorlite.datastore;

import io.quorlite.command.Command;
import io.quorlite.command.CommandCodec;
import io.quorlite.command.Proposal;
import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.datastore.SimulatedCall.Request;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.replication.CommittedEntry;
import io.quorlite.statemachine.NaiveStore;
import io.quorlite.watch.WatchRules;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges a run that has come to rest from its log alone, which the naive model of etcd's semantics replays: what callers were
 * told, what watches heard, when leases ended, what members hold.
 */
final class SimulationVerdict {
    private static final long SLACK_NANOS = 2_000_000; // clocks are read in milliseconds
    private static final Set<Kind> REFUSED_BY_STATE = EnumSet.of(
            Kind.KEY_NOT_FOUND, Kind.LEASE_NOT_FOUND, Kind.LEASE_EXISTS, Kind.COMPACTED, Kind.FUTURE_REVISION);

    /** Where a command is in the log, and what the model says it did. */
    private record Placed(long index, @Nullable Object result, MvccException.@Nullable Kind refusal, boolean changed) {}

    private record Grant(long ttlSeconds, long appendedNanos) {}

    /** @param byTheLeader whether it had expired, in a leader's eyes */
    private record End(long appendedNanos, boolean byTheLeader) {}

    private final CommittedLog log;
    private final List<SimulatedCall> calls;
    private final NaiveStore model = new NaiveStore();
    private final Map<Command, List<Placed>> placed = new HashMap<>();
    private final TreeMap<Long, List<KeyEvent>> events = new TreeMap<>();
    private final TreeMap<Long, Grant> grants = new TreeMap<>();
    private final TreeMap<Long, End> ends = new TreeMap<>();
    private final List<String> breaches = new ArrayList<>();

    SimulationVerdict(CommittedLog log, List<SimulatedCall> calls) {
        this.log = log;
        this.calls = calls;
    }

    List<String> breaches(List<SimulatedWatcher> watchers, List<SimulatedMember> members) {
        log.entries().values().forEach(this::replay);
        calls.forEach(this::judge);
        ends.forEach(this::judgeEnd);
        WatchRules rules = new WatchRules(events, model.compacted);
        for (SimulatedWatcher watcher : watchers) {
            rules.breachesOfStream(watcher.requests, watcher.said, watcher.failed ? 0 : model.current())
                    .forEach(breach -> breaches.add("watch at " + watcher.member + ": " + breach));
        }
        members.forEach(this::judge);
        if (!model.leases.isEmpty()) {
            breaches.add("lease: never ended " + model.leases);
        }
        return breaches;
    }

    private void replay(CommittedEntry entry) {
        if (entry.data().length == 0) {
            return;
        }
        for (Proposal proposal : CommandCodec.decode(entry.data())) {
            Command command = proposal.command();
            if (command instanceof Command.InTerm bound) {
                if (bound.term() == entry.term()) {
                    apply(bound.command(), entry.index(), true);
                }
            } else {
                placed.computeIfAbsent(command, c -> new ArrayList<>()).add(apply(command, entry.index(), false));
            }
        }
    }

    private Placed apply(Command command, long index, boolean byTheLeader) {
        long before = model.current();
        long now = log.appendedNanos(index);
        Object result = null;
        try {
            if (command instanceof Command.Write write) {
                result = model.txn(write.txn());
            } else if (command instanceof Command.LeaseGrant grant) {
                model.grant(grant.id());
                grants.put(grant.id(), new Grant(grant.ttlSeconds(), now));
            } else if (command instanceof Command.LeaseRevoke revoke) {
                result = model.revoke(revoke.id());
                ends.put(revoke.id(), new End(now, byTheLeader));
            } else if (command instanceof Command.Compact compact) {
                result = model.compact(compact.revision());
            }
        } catch (MvccException refused) {
            return new Placed(index, null, refused.kind(), false);
        }
        boolean changed = model.current() > before;
        if (changed) {
            SortedMap<Bytes, KeyValue> state = stateAt(before);
            events.put(
                    model.current(),
                    model.events.stream()
                            .map(event -> new KeyEvent(
                                    event.kv(),
                                    event.sub(),
                                    state.get(event.kv().key())))
                            .toList());
        }
        return new Placed(index, result, null, changed);
    }

    private SortedMap<Bytes, KeyValue> stateAt(long revision) {
        return model.states.floorEntry(revision).getValue();
    }

    private void judge(SimulatedCall call) {
        if (call.isOpen()) {
            breaches.add("never answered: " + call);
        } else if (call.request instanceof Request.Write write) {
            judgeWrite(call, placed.getOrDefault(write.command(), List.of()));
        } else if (call.request instanceof Request.Read read) {
            judgeRead(call, read);
        } else if (call.request instanceof Request.Renew renew && call.result instanceof Long ttl) {
            judgeRenewal(call, renew.leaseId(), ttl);
        }
    }

    private void judgeWrite(SimulatedCall call, List<Placed> found) {
        if (found.size() > 1) {
            breaches.add("exactly once: " + found.size() + " times in the log: " + call);
        } else if (call.failure == Kind.OUTCOME_UNKNOWN) {
            return;
        } else if (found.isEmpty() == (call.failure == null || REFUSED_BY_STATE.contains(call.failure))) {
            breaches.add((found.isEmpty() ? "lost: " : "refused and done: ") + call);
        } else if (!found.isEmpty()) {
            judgeAnswer(call, found.get(0));
        }
    }

    private void judgeAnswer(SimulatedCall call, Placed truth) {
        String refusal = truth.refusal == null ? null : truth.refusal.name();
        String told = call.failure == null ? null : call.failure.name();
        if (refusal == null ? told != null : !refusal.equals(told)) {
            breaches.add("answer: model refuses with " + refusal + ": " + call);
        } else if (truth.result != null && !truth.result.equals(call.result)) {
            breaches.add("answer: model says " + truth.result + ": " + call);
        }
        long revision = SimulatedClients.revisionOf(truth.result);
        if (revision != 0 && revision < call.floor + (truth.changed ? 1 : 0)) {
            breaches.add("order: a write goes before what ended before it began: " + call);
        }
    }

    private void judgeRead(SimulatedCall call, Request.Read read) {
        boolean linearizable = read.level() == ReadLevel.LINEARIZABLE;
        if (!(call.result instanceof RangeResult result)) {
            boolean impossible = call.failure == Kind.FUTURE_REVISION && linearizable
                    || call.failure == Kind.COMPACTED && read.range().revision() >= model.compacted;
            if (impossible) {
                breaches.add("read: no reason to refuse: " + call);
            }
            return;
        }
        if (result.revision() < (linearizable ? call.floor : call.localFloor)) {
            breaches.add("stale read: " + call);
        }
        long at =
                read.range().revision() == 0 ? result.revision() : read.range().revision();
        List<KeyValue> truth = stateAt(at).values().stream()
                .filter(kv -> read.range().keys().contains(kv.key()))
                .toList();
        if (result.revision() > model.current() || !truth.equals(result.kvs()) || truth.size() != result.count()) {
            breaches.add("read: at " + at + " the model has " + truth + ": " + call);
        }
    }

    private void judgeRenewal(SimulatedCall call, long leaseId, long ttlSeconds) {
        End end = ends.get(leaseId);
        Grant grant = grants.get(leaseId);
        if (ttlSeconds > 0 && end != null && end.appendedNanos < call.invokedNanos) {
            breaches.add("lease: renewed after its end at " + end + ": " + call);
        }
        boolean alive = grant != null
                && grant.appendedNanos < call.invokedNanos - SLACK_NANOS
                && (end == null || end.appendedNanos > call.completedNanos);
        if (ttlSeconds == 0 && alive && granted(leaseId, call.invokedNanos)) {
            breaches.add("lease: said to be gone: " + call);
        }
    }

    private boolean granted(long leaseId, long beforeNanos) {
        return calls.stream()
                .anyMatch(call -> call.request instanceof Request.Write write
                        && write.command() instanceof Command.LeaseGrant grant
                        && grant.id() == leaseId
                        && call.failure == null
                        && call.completedNanos < beforeNanos);
    }

    private void judgeEnd(long leaseId, End end) {
        Grant grant = grants.get(leaseId);
        if (!end.byTheLeader || grant == null) {
            return;
        }
        long earliest = grant.appendedNanos;
        for (SimulatedCall call : calls) {
            if (call.request instanceof Request.Renew renew
                    && renew.leaseId() == leaseId
                    && call.result instanceof Long ttl
                    && ttl > 0
                    && call.completedNanos < end.appendedNanos) {
                earliest = Math.max(earliest, call.invokedNanos);
            }
        }
        earliest += grant.ttlSeconds * 1_000_000_000L;
        if (end.appendedNanos < earliest - SLACK_NANOS) {
            breaches.add("lease: " + leaseId + " ended at " + end.appendedNanos + ", not before " + earliest);
        }
    }

    private void judge(SimulatedMember member) {
        long last = log.entries().isEmpty() ? 0 : log.entries().lastKey();
        if (!member.isRunning() || member.replica().appliedIndex() != last) {
            breaches.add("converge: " + member.name() + " has not applied " + last);
            return;
        }
        List<KeyValue> content = new ArrayList<>();
        member.store()
                .node()
                .state()
                .use(store -> store.read(keys -> {
                    keys.scan(io.quorlite.mvcc.KeyRange.all(), keys.currentRevision(), true, kv -> content.add(kv));
                    return 0;
                }));
        if (!content.equals(List.copyOf(model.newest().values()))) {
            breaches.add("converge: " + member.name() + " holds " + content + ", the model " + model.newest());
        }
    }
}
