package io.quorlite.faults.mutants;

import io.quorlite.mvcc.RangeSink;
import io.quorlite.mvcc.RowView;

/** Ends a read with other numbers than it found; public because its code ends up in the server's classes. */
public final class CrookedSink<T> implements RangeSink<T> {
    private final RangeSink<T> sink;
    private final long moreRevision;
    private final long moreCount;

    public CrookedSink(RangeSink<T> sink, long moreRevision, long moreCount) {
        this.sink = sink;
        this.moreRevision = moreRevision;
        this.moreCount = moreCount;
    }

    @Override
    public void row(RowView row) {
        sink.row(row);
    }

    @Override
    public T end(long revision, long count, boolean more) {
        return sink.end(revision + moreRevision, count + moreCount, more);
    }
}
