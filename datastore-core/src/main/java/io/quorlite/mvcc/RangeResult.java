package io.quorlite.mvcc;

import java.util.ArrayList;
import java.util.List;

/**
 * What a range read found.
 *
 * @param revision the store's main revision when it was read, also for a read at an older one
 * @param count how many keys the range holds at the revision read, limit and bounds aside
 * @param more whether the limit left some out
 */
public record RangeResult(long revision, List<KeyValue> kvs, long count, boolean more) {
    /** Gathers the rows. */
    public static RangeSink<RangeResult> sink() {
        return new RangeSink<>() {
            private final List<KeyValue> kvs = new ArrayList<>();

            @Override
            public void row(RowView row) {
                kvs.add(row.toKeyValue());
            }

            @Override
            public RangeResult end(long revision, long count, boolean more) {
                return new RangeResult(revision, kvs, count, more);
            }
        };
    }
}
