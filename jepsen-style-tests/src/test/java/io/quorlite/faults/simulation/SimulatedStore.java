package io.quorlite.faults.simulation;

import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A store in one map, applied to one request after another. Nothing of the checkers' own model is in it. */
public final class SimulatedStore {
    /** What a request gives: an answer or a refusal. */
    public record Answer(Response response, @Nullable Failure failure) {
        static Answer of(Response response) {
            return new Answer(response, null);
        }

        static Answer refusal(Failure.Kind kind) {
            return new Answer(new Response.Done(), new Failure(kind, kind.toString()));
        }
    }

    private final List<SortedMap<String, KeyValue>> states = new ArrayList<>();
    private final List<List<KeyEvent>> log = new ArrayList<>();
    private final SortedMap<Long, Long> leases = new TreeMap<>();
    private SortedMap<String, KeyValue> state = new TreeMap<>();
    private List<KeyEvent> pending = new ArrayList<>();
    private long compacted;

    public SimulatedStore() {
        for (int revision = 0; revision <= 1; revision++) {
            states.add(new TreeMap<>());
            log.add(List.of());
        }
    }

    public long revision() {
        return log.size() - 1L;
    }

    public long compacted() {
        return compacted;
    }

    public List<KeyEvent> events(long revision) {
        return log.get((int) revision);
    }

    public boolean hasLease(long id) {
        return leases.containsKey(id);
    }

    public Answer apply(StoreRequest request) {
        if (request instanceof StoreRequest.Range range && range.revision() > revision()) {
            return Answer.refusal(Failure.Kind.FUTURE_REVISION);
        } else if (request instanceof StoreRequest.Range range
                && range.revision() > 0
                && range.revision() < compacted) {
            return Answer.refusal(Failure.Kind.COMPACTED);
        } else if (request instanceof StoreRequest.Compact compact) {
            return compact(compact.revision());
        } else if (request instanceof StoreRequest.LeaseGrant grant) {
            leases.put(grant.id(), grant.ttlSeconds());
            return Answer.of(new Response.LeaseResult(revision(), grant.id(), grant.ttlSeconds()));
        } else if (request instanceof StoreRequest.LeaseKeepAlive keepAlive) {
            return Answer.of(
                    new Response.LeaseResult(revision(), keepAlive.id(), leases.getOrDefault(keepAlive.id(), 0L)));
        } else if (request instanceof StoreRequest.LeaseRevoke revoke) {
            if (!endLease(revoke.id())) {
                return Answer.refusal(Failure.Kind.LEASE_NOT_FOUND);
            }
            return Answer.of(new Response.LeaseResult(revision(), revoke.id(), 0));
        } else if (request instanceof StoreRequest.Put put && put.lease() != 0 && !leases.containsKey(put.lease())) {
            return Answer.refusal(Failure.Kind.LEASE_NOT_FOUND);
        }
        Response response = execute(request);
        commit();
        return Answer.of(withRevision(response, revision()));
    }

    /** The answer of a node that has applied up to {@code revision} only. */
    public Response.RangeResult read(StoreRequest.Range range, long revision) {
        Response.RangeResult read = range(range, states.get((int) revision));
        return new Response.RangeResult(revision, read.kvs(), read.count(), read.more());
    }

    /** Deletes the lease's keys in one revision. */
    public boolean endLease(long id) {
        if (leases.remove(id) == null) {
            return false;
        }
        List<String> keys = state.values().stream()
                .filter(kv -> kv.lease() == id)
                .map(KeyValue::key)
                .toList();
        keys.forEach(key -> execute(new StoreRequest.DeleteRange(KeyRange.single(key), false)));
        commit();
        return true;
    }

    private Answer compact(long revision) {
        if (revision <= compacted) {
            return Answer.refusal(Failure.Kind.COMPACTED);
        } else if (revision > revision()) {
            return Answer.refusal(Failure.Kind.FUTURE_REVISION);
        }
        compacted = revision;
        return Answer.of(new Response.CompactResult(revision()));
    }

    private Response execute(StoreRequest request) {
        if (request instanceof StoreRequest.Put put) {
            KeyValue old = state.get(put.key());
            long next = revision() + 1;
            KeyValue kv = old == null
                    ? new KeyValue(put.key(), put.value(), next, next, 1, put.lease())
                    : new KeyValue(put.key(), put.value(), old.createRevision(), next, old.version() + 1, put.lease());
            state.put(put.key(), kv);
            pending.add(KeyEvent.put(kv, old));
            return new Response.PutResult(0, put.prevKv() ? old : null);
        } else if (request instanceof StoreRequest.DeleteRange delete) {
            List<KeyValue> gone = matching(state, delete.range());
            for (KeyValue kv : gone) {
                state.remove(kv.key());
                pending.add(KeyEvent.delete(kv.key(), revision() + 1, kv));
            }
            return new Response.DeleteResult(0, gone.size(), delete.prevKv() ? gone : List.of());
        } else if (request instanceof StoreRequest.Range range) {
            return range(range, range.revision() > 0 ? states.get((int) range.revision()) : state);
        } else if (request instanceof StoreRequest.Txn txn) {
            boolean succeeded = txn.compares().stream().allMatch(this::holds);
            List<Response> parts = (succeeded ? txn.success() : txn.failure())
                    .stream().map(this::execute).toList();
            return new Response.TxnResult(0, succeeded, parts);
        }
        throw new AssertionError(request);
    }

    private boolean holds(Compare compare) {
        KeyValue kv = state.get(compare.range().key());
        return switch (compare.target()) {
            case MOD -> compare.relation().holds(Long.compare(kv == null ? 0 : kv.modRevision(), compare.number()));
            case VALUE -> kv != null && compare.relation().holds(kv.value().compareTo(compare.text()));
            default -> throw new AssertionError(compare);
        };
    }

    private static Response.RangeResult range(StoreRequest.Range range, SortedMap<String, KeyValue> from) {
        List<KeyValue> all = matching(from, range.range());
        boolean more = range.limit() > 0 && all.size() > range.limit();
        return new Response.RangeResult(0, more ? all.subList(0, (int) range.limit()) : all, all.size(), more);
    }

    private static List<KeyValue> matching(SortedMap<String, KeyValue> from, KeyRange range) {
        return from.entrySet().stream()
                .filter(entry -> range.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .sorted(Comparator.comparing(KeyValue::key))
                .toList();
    }

    private void commit() {
        if (!pending.isEmpty()) {
            log.add(List.copyOf(pending));
            states.add(new TreeMap<>(state));
            pending = new ArrayList<>();
        }
    }

    private static Response withRevision(Response response, long revision) {
        if (response instanceof Response.PutResult put) {
            return new Response.PutResult(revision, put.prevKv());
        } else if (response instanceof Response.RangeResult range) {
            return new Response.RangeResult(revision, range.kvs(), range.count(), range.more());
        } else if (response instanceof Response.DeleteResult delete) {
            return new Response.DeleteResult(revision, delete.deleted(), delete.prevKvs());
        } else if (response instanceof Response.TxnResult txn) {
            return new Response.TxnResult(revision, txn.succeeded(), txn.responses());
        }
        throw new AssertionError(response);
    }
}
