package io.quorlite.faults.history;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a call that succeeded answered. Immutable. */
public sealed interface Response {
    /** The revision of the answer's header; 0 where the answer has none, or is part of a transaction's. */
    default long revision() {
        return 0;
    }

    /** A put's. */
    record PutResult(long revision, @Nullable KeyValue prevKv) implements Response {}

    /**
     * A range's.
     *
     * @param count how many keys there are, whatever the limit
     */
    record RangeResult(long revision, List<KeyValue> kvs, long count, boolean more) implements Response {
        public RangeResult {
            kvs = List.copyOf(kvs);
        }
    }

    /** A deletion's. */
    record DeleteResult(long revision, long deleted, List<KeyValue> prevKvs) implements Response {
        public DeleteResult {
            prevKvs = List.copyOf(prevKvs);
        }
    }

    /** A transaction's; the revisions of its parts count for nothing and are kept as 0. */
    record TxnResult(long revision, boolean succeeded, List<Response> responses) implements Response {
        public TxnResult {
            responses = responses.stream().map(TxnResult::withoutRevision).toList();
        }

        private static Response withoutRevision(Response part) {
            if (part instanceof PutResult put) {
                return new PutResult(0, put.prevKv());
            } else if (part instanceof RangeResult range) {
                return new RangeResult(0, range.kvs(), range.count(), range.more());
            } else if (part instanceof DeleteResult delete) {
                return new DeleteResult(0, delete.deleted(), delete.prevKvs());
            } else if (part instanceof TxnResult txn) {
                return new TxnResult(0, txn.succeeded(), txn.responses());
            }
            throw new IllegalArgumentException("not a part of a transaction's answer: " + part);
        }
    }

    /** A compaction's. */
    record CompactResult(long revision) implements Response {}

    /**
     * A lease's grant, renewal or state, and a revocation's (ttlSeconds 0).
     *
     * @param ttlSeconds the time granted or left; 0 or less where there is no such lease
     */
    record LeaseResult(long revision, long id, long ttlSeconds) implements Response {}

    /** A member's hash of the versions that are left between two revisions. */
    record HashResult(long revision, long hashRevision, long compactRevision, long hash) implements Response {}

    /** A set's elements, as often as they were found. */
    record SetElements(List<String> elements) implements Response {
        public SetElements {
            elements = List.copyOf(elements);
        }
    }

    /** A list transaction's steps, with what was read. */
    record ListTxnResult(List<ListStep> steps) implements Response {
        public ListTxnResult {
            steps = List.copyOf(steps);
        }
    }

    /** What is on every account. */
    record Balances(SortedMap<String, Long> balances) implements Response {
        public Balances {
            balances = Collections.unmodifiableSortedMap(new TreeMap<>(balances));
        }
    }

    /**
     * A lock is held.
     *
     * @param fence grows with every new holder of the lock
     * @param heldNanos for how long the owner may rely on it, counted from when it sent this call
     */
    record LockHeld(long fence, long heldNanos) implements Response {}

    /** Done, and nothing more to say. */
    record Done() implements Response {}
}
