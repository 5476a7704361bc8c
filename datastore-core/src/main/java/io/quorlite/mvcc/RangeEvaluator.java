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
        return range(keys, op, current, current, RangeResult.sink());
    }

    /** The same, giving the rows to {@code sink}. */
    public static <T> T range(KeySpace keys, Op.Range op, long current, RangeSink<T> sink) {
        return range(keys, op, current, current, sink);
    }

    /**
     * Reads as of {@code current}, for a writer or a reader.
     *
     * @param newest the revision that stands for the newest state; {@link KeySpace#LATEST} inside a transaction, which sees its
     *     own changes
     */
    static RangeResult range(KeySpace keys, Op.Range op, long current, long newest) {
        return range(keys, op, current, newest, RangeResult.sink());
    }

    private static <T> T range(KeySpace keys, Op.Range op, long current, long newest, RangeSink<T> sink) {
        if (op.revision() > current) {
            throw futureRevision(op.revision(), current);
        }
        boolean old = op.revision() > 0 && op.revision() < current;
        if ((old ? op.revision() : current) < keys.compactRevision()) {
            throw compacted(old ? op.revision() : current, keys.compactRevision());
        }
        long at = old ? op.revision() : newest;
        if (op.countOnly()) {
            return sink.end(current, keys.count(op.keys(), at), false);
        }
        return comesInOrder(op) ? stream(keys, op, current, at, sink) : arrange(keys, op, current, at, sink);
    }

    /** Whether the answer has the rows as a scan gives them, so that none needs to be kept. */
    private static boolean comesInOrder(Op.Range op) {
        return op.isNaturalOrder();
    }

    private static <T> T stream(KeySpace keys, Op.Range op, long current, long at, RangeSink<T> sink) {
        Stream<T> stream = new Stream<>(sink, op.limit() > 0 ? op.limit() : Long.MAX_VALUE);
        keys.scan(op.keys(), at, !op.keysOnly(), stream);
        long count = stream.rows < stream.max ? stream.rows : keys.count(op.keys(), at);
        return sink.end(current, count, count > stream.rows);
    }

    /** Hands rows on, as many as the limit allows. */
    private static final class Stream<T> implements KeySpace.RowVisitor {
        private final RangeSink<T> sink;
        private final long max;
        private long rows;

        Stream(RangeSink<T> sink, long max) {
            this.sink = sink;
            this.max = max;
        }

        @Override
        public boolean row(KeyValue kv) {
            return view(kv);
        }

        @Override
        public boolean view(RowView row) {
            sink.row(row);
            return ++rows < max;
        }
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

    private static <T> T arrange(KeySpace keys, Op.Range op, long current, long at, RangeSink<T> sink) {
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
        for (KeyValue kv : rows) {
            sink.row(op.keysOnly() ? kv.withoutValue() : kv);
        }
        return sink.end(current, count, more);
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
