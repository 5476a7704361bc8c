package io.quorlite.sqlite;

import io.quorlite.mvcc.KeyState;
import io.quorlite.mvcc.Revision;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one key: their packed revisions in ascending order, a tombstone's negated. One thread appends and trims,
 * any thread looks up.
 *
 * <p>The array holds its own length, so that a reader gets array and length from one volatile read and an append into spare room
 * needs no new object:
 *
 * <pre>
 *   versions[0]       how many entries are in use; written, with release, after the entry it makes valid
 *   versions[1..n]    the entries, never changed once valid
 *   versions[n+1..]   spare room
 * </pre>
 *
 * Growing and trimming make a new array. A reader that holds the old one sees what was true a moment ago, which is what it
 * would have seen had it been faster.
 */
final class KeyHistory {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    private volatile long[] versions = {0, 0};

    /** Where {@link HotRows} has the row of a version, most likely the newest; 0 for nowhere. Any thread writes it, wrong is harmless. */
    private volatile long hotAt;

    // Of the newest version; the writer's alone.
    private long createRevision;
    private long version;

    /** Adds the newest version. Writer only; {@code packed} is above all before. */
    void append(long packed, boolean tombstone, long createRevision, long version) {
        long[] array = versions;
        int n = (int) array[0];
        long entry = tombstone ? -packed : packed;
        if (n + 1 < array.length) {
            array[n + 1] = entry;
            ELEMENT.setRelease(array, 0, (long) (n + 1));
        } else {
            long[] grown = Arrays.copyOf(array, n + 2 + (n >> 1) + (n > 1 ? 1 : 0));
            grown[n + 1] = entry;
            grown[0] = n + 1L;
            versions = grown;
        }
        this.createRevision = createRevision;
        this.version = version;
    }

    /** The newest entry at or below {@code limit}, negative for a tombstone, 0 for none. Any thread. */
    long floor(long limit) {
        long[] array = versions;
        int n = (int) (long) ELEMENT.getAcquire(array, 0);
        int found = floorIndex(array, n, limit);
        return found == 0 ? 0 : array[found];
    }

    /** The newest version's numbers, or null where it is a tombstone. Writer only. */
    @Nullable KeyState latest() {
        long[] array = versions;
        long newest = array[(int) array[0]];
        return newest > 0 ? new KeyState(createRevision, Revision.mainOf(newest), version) : null;
    }

    /** The newest entry. Writer only; there is one. */
    long newest() {
        long[] array = versions;
        return array[(int) array[0]];
    }

    /**
     * Drops what a compaction at main revision {@code compacted} supersedes, and gives it to {@code dropped}. What stays of the
     * versions at or below it is the newest, and of a tombstone only one at the very revision: watchers may still start there
     * (etcd's rule, {@code mvcc/key_index.go}). Writer only.
     *
     * @return whether anything is left
     */
    boolean compact(long compacted, LongSink dropped) {
        long[] array = versions;
        int n = (int) array[0];
        int kept = floorIndex(array, n, Revision.lastOf(compacted)); // the first entry that stays
        if (kept == 0) {
            return true;
        }
        if (array[kept] < 0 && Revision.mainOf(-array[kept]) < compacted) {
            kept++;
        }
        for (int i = 1; i < kept; i++) {
            dropped.accept(Math.abs(array[i]));
        }
        if (kept > n) {
            return false;
        }
        if (kept > 1) {
            long[] trimmed = new long[n - kept + 2];
            System.arraycopy(array, kept, trimmed, 1, n - kept + 1);
            trimmed[0] = n - kept + 1L;
            versions = trimmed;
        }
        return true;
    }

    /** The index of the newest entry at or below {@code limit}, 0 for none. */
    private static int floorIndex(long[] array, int n, long limit) {
        if (n == 0 || Math.abs(array[n]) <= limit) {
            return n; // the usual read is of the newest version
        }
        int low = 1; // all entries before low are at or below limit, those from high on above it
        int high = n;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Math.abs(array[middle]) <= limit) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    long hotAt() {
        return hotAt;
    }

    void hotAt(long position) {
        hotAt = position;
    }

    /** Receives packed revisions. */
    @FunctionalInterface
    interface LongSink {
        void accept(long packed);
    }
}
