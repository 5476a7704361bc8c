package io.quorlite.mvcc;

/**
 * Takes what a range read finds, row by row and in the order of the answer, and makes a {@code T} of it: so that rows can go
 * straight into a reply. For one read, on one thread.
 */
public interface RangeSink<T> {
    /** Takes the next row. It is valid during the call only. */
    void row(RowView row);

    /**
     * Ends the read.
     *
     * @param revision the store's main revision when it was read, also for a read at an older one
     * @param count how many keys the range holds at the revision read, limit and bounds aside
     * @param more whether the limit left some out
     */
    T end(long revision, long count, boolean more);
}
