package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * What etcd's interface says a request does to a key space and answers. Written from the interface's description, and apart
 * from the store's own code on purpose. Used for one request; not thread-safe.
 */
final class RequestModel {
    /**
     * What a request did.
     *
     * @param events what it changed, in order; empty where it wrote nothing
     * @param response its answer, whose revision is the new one if it wrote, else the one before
     */
    record Effect(List<KeyEvent> events, Response response) {}

    private final long revisionBefore;
    private final LongFunction<KeyTree> states;
    private final List<KeyEvent> events = new ArrayList<>();
    private KeyTree state;

    private RequestModel(long revisionBefore, LongFunction<KeyTree> states) {
        this.revisionBefore = revisionBefore;
        this.states = states;
        this.state = states.apply(revisionBefore);
    }

    /**
     * The effect of {@code request} on the key space as {@code revisionBefore} left it.
     *
     * @param states the key space at each revision up to that one
     */
    static Effect apply(StoreRequest request, long revisionBefore, LongFunction<KeyTree> states) {
        RequestModel model = new RequestModel(revisionBefore, states);
        Response response = model.answer(request, model.chosen(request));
        return new Effect(List.copyOf(model.events), withRevision(response, model.currentRevision()));
    }

    /** Whether the request is one of those this class knows: of keys, not of leases or maintenance. */
    static boolean knows(StoreRequest request) {
        return request instanceof StoreRequest.Put
                || request instanceof StoreRequest.Range
                || request instanceof StoreRequest.DeleteRange
                || request instanceof StoreRequest.Txn;
    }

    /** The branch a transaction takes, and its nested ones take: all are chosen before anything is written. */
    private record Choice(boolean succeeded, List<StoreRequest> branch, List<Choice> nested) {
        static final Choice NONE = new Choice(false, List.of(), List.of());
    }

    private Choice chosen(StoreRequest request) {
        if (!(request instanceof StoreRequest.Txn txn)) {
            return Choice.NONE;
        }
        boolean succeeded = txn.compares().stream().allMatch(this::holds);
        List<StoreRequest> branch = succeeded ? txn.success() : txn.failure();
        return new Choice(succeeded, branch, branch.stream().map(this::chosen).toList());
    }

    /** A comparison holds for every key of its range; where there is none, for a key that is all zeros, values never. */
    private boolean holds(Compare compare) {
        List<KeyValue> kvs = state.in(compare.range());
        if (kvs.isEmpty()) {
            return compare.target() != Compare.Target.VALUE
                    && holds(compare, new KeyValue(compare.range().key(), "", 0, 0, 0, 0));
        }
        return kvs.stream().allMatch(kv -> holds(compare, kv));
    }

    private static boolean holds(Compare compare, KeyValue kv) {
        int sign = switch (compare.target()) {
            case VERSION -> Long.compare(kv.version(), compare.number());
            case CREATE -> Long.compare(kv.createRevision(), compare.number());
            case MOD -> Long.compare(kv.modRevision(), compare.number());
            case LEASE -> Long.compare(kv.lease(), compare.number());
            case VALUE -> kv.value().compareTo(compare.text());
        };
        return compare.relation().holds(sign);
    }

    private Response answer(StoreRequest request, Choice choice) {
        if (request instanceof StoreRequest.Put put) {
            return put(put);
        } else if (request instanceof StoreRequest.Range range) {
            return range(range);
        } else if (request instanceof StoreRequest.DeleteRange delete) {
            return delete(delete);
        } else if (request instanceof StoreRequest.Txn) {
            List<Response> parts = new ArrayList<>();
            for (int i = 0; i < choice.branch().size(); i++) {
                parts.add(answer(choice.branch().get(i), choice.nested().get(i)));
            }
            return new Response.TxnResult(0, choice.succeeded(), parts);
        }
        throw new IllegalArgumentException("not a request about keys: " + request);
    }

    private Response put(StoreRequest.Put put) {
        KeyValue before = state.get(put.key());
        long revision = revisionBefore + 1;
        KeyValue kv = new KeyValue(
                put.key(),
                put.value(),
                before == null ? revision : before.createRevision(),
                revision,
                before == null ? 1 : before.version() + 1,
                put.lease());
        state = state.with(kv);
        events.add(KeyEvent.put(kv, before));
        return new Response.PutResult(0, put.prevKv() ? before : null);
    }

    private Response range(StoreRequest.Range range) {
        KeyTree tree = range.revision() > 0 ? states.apply(range.revision()) : state;
        List<KeyValue> all = tree.in(range.range());
        boolean more = !range.countOnly() && range.limit() > 0 && all.size() > range.limit();
        List<KeyValue> shown = range.countOnly() ? List.of() : more ? all.subList(0, (int) range.limit()) : all;
        return new Response.RangeResult(0, shown, all.size(), more);
    }

    private Response delete(StoreRequest.DeleteRange delete) {
        List<KeyValue> gone = state.in(delete.range());
        for (KeyValue kv : gone) {
            state = state.without(kv.key());
            events.add(KeyEvent.delete(kv.key(), revisionBefore + 1, kv));
        }
        return new Response.DeleteResult(0, gone.size(), delete.prevKv() ? gone : List.of());
    }

    private long currentRevision() {
        return events.isEmpty() ? revisionBefore : revisionBefore + 1;
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
