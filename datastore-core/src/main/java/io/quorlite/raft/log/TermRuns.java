package io.quorlite.raft.log;

import java.util.Arrays;

/**
 * The terms of all entries of the log as runs: terms only grow, so the log has few of them. Not thread-safe; the log's lock
 * guards it.
 */
final class TermRuns {
    private long[] starts = new long[16];
    private long[] terms = new long[16];
    private int count;

    void add(long index, long term) {
        if (count > 0 && terms[count - 1] == term) {
            return;
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            terms = Arrays.copyOf(terms, count * 2);
        }
        starts[count] = index;
        terms[count] = term;
        count++;
    }

    /** The term of the entry at {@code index}, which must be one of the log. */
    long at(long index) {
        int found = Arrays.binarySearch(starts, 0, count, index);
        return terms[found >= 0 ? found : -found - 2];
    }

    /** The newest term, or 0 for an empty log. */
    long last() {
        return count == 0 ? 0 : terms[count - 1];
    }

    void cutBehind(long lastIndexKept) {
        while (count > 0 && starts[count - 1] > lastIndexKept) {
            count--;
        }
    }

    void cutBefore(long firstIndexKept) {
        int drop = 0;
        while (drop + 1 < count && starts[drop + 1] <= firstIndexKept) {
            drop++;
        }
        System.arraycopy(starts, drop, starts, 0, count - drop);
        System.arraycopy(terms, drop, terms, 0, count - drop);
        count -= drop;
    }
}
