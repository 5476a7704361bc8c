package io.quorlite.mvcc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Answers an {@link Op.Range}: etcd's rules for revisions, filters, order, limit and count ({@code etcdserver/apply.go} of 3.5).
 * Stateless and thread-safe as far as the {@link KeySpace} is.
 */
public final class RangeEvaluator {
    private RangeEvaluator() {}

    /**
     * Reads as of {@code current}, a complete main revision that the caller holds fixed.
     *
     * @throws MvccException {@link MvccException.Kind#FUTURE_REVISION} for a revision above {@code current},
     *     {@link MvccException.Kind#COMPACTED} for one below the compacted revision
     */
    public static RangeResult range(KeySpace keys, Op.Range op, long current) {
        return range(keys, op, current, current);
    }

    /**
     * Reads as of {@code current}, for a writer or a reader.
     *
     * @param newest the revision that stands for the newest state; {@link KeySpace#LATEST} inside a transaction, which sees its
     *     own changes
     */
    static RangeResult range(KeySpace keys, Op.Range op, long current, long newest) {
        if (op.revision() > current) {
            throw futureRevision(op.revision(), current);
        }
        boolean old = op.revision() > 0 && op.revision() < current;
        if ((old ? op.revision() : current) < keys.compactRevision()) {
            throw compacted(old ? op.revision() : current, keys.compactRevision());
        }
        long at = old ? op.revision() : newest;
        if (op.countOnly()) {
            return new RangeResult(current, List.of(), keys.count(op.keys(), at), false);
        }
        return rows(keys, op, current, at);
    }

    static MvccException futureRevision(long asked, long current) {
        return new MvccException(
                MvccException.Kind.FUTURE_REVISION,
                "revision " + asked + " has not been reached, the newest is " + current);
    }

    static MvccException compacted(long asked, long compacted) {
        return new MvccException(
                MvccException.Kind.COMPACTED, "revision " + asked + " is below the compacted revision " + compacted);
    }

    private static RangeResult rows(KeySpace keys, Op.Range op, long current, long at) {
        // A limit stops the scan only while rows leave it as the client gets them, in order and number.
        // One row more than asked for tells whether there are more.
        long scanMax = op.limit() > 0 && limitStopsScan(op) ? op.limit() : Long.MAX_VALUE;
        boolean values = !op.keysOnly() || op.sortTarget() == Op.SortTarget.VALUE;
        List<KeyValue> rows = new ArrayList<>();
        keys.scan(op.keys(), at, values, kv -> {
            rows.add(kv);
            return rows.size() <= scanMax;
        });
        long count = rows.size() > scanMax ? keys.count(op.keys(), at) : rows.size();
        filter(rows, op);
        sort(rows, op);
        boolean more = op.limit() > 0 && rows.size() > op.limit();
        if (more) {
            rows.subList((int) op.limit(), rows.size()).clear();
        }
        if (op.keysOnly() && values) {
            rows.replaceAll(KeyValue::withoutValue);
        }
        return new RangeResult(current, rows, count, more);
    }

    /**
     * With order NONE etcd stops at the limit whatever the target, and sorts what it got: the first keys, not the smallest
     * values. Clients see it, so it is kept.
     */
    private static boolean limitStopsScan(Op.Range op) {
        boolean keyOrder = op.sortOrder() == Op.SortOrder.NONE
                || (op.sortTarget() == Op.SortTarget.KEY && op.sortOrder() == Op.SortOrder.ASCEND);
        return keyOrder && !hasBounds(op);
    }

    private static boolean hasBounds(Op.Range op) {
        return op.minModRevision() != 0
                || op.maxModRevision() != 0
                || op.minCreateRevision() != 0
                || op.maxCreateRevision() != 0;
    }

    private static void filter(List<KeyValue> rows, Op.Range op) {
        if (hasBounds(op)) {
            rows.removeIf(kv -> isOutside(kv.modRevision(), op.minModRevision(), op.maxModRevision())
                    || isOutside(kv.createRevision(), op.minCreateRevision(), op.maxCreateRevision()));
        }
    }

    private static boolean isOutside(long revision, long min, long max) {
        return (min != 0 && revision < min) || (max != 0 && revision > max);
    }

    private static void sort(List<KeyValue> rows, Op.Range op) {
        boolean descend = op.sortOrder() == Op.SortOrder.DESCEND;
        if (op.sortTarget() == Op.SortTarget.KEY && !descend) {
            return; // rows come in key order
        }
        // Equal rows stay in key order, also when descending.
        Comparator<KeyValue> order = orderBy(op.sortTarget());
        rows.sort(descend ? order.reversed() : order);
    }

    private static Comparator<KeyValue> orderBy(Op.SortTarget target) {
        return switch (target) {
            case KEY -> Comparator.comparing(KeyValue::key);
            case VERSION -> Comparator.comparingLong(KeyValue::version);
            case CREATE_REVISION -> Comparator.comparingLong(KeyValue::createRevision);
            case MOD_REVISION -> Comparator.comparingLong(KeyValue::modRevision);
            case VALUE -> Comparator.comparing(KeyValue::value);
        };
    }
}
