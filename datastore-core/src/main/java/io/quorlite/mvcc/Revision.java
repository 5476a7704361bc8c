package io.quorlite.mvcc;

/**
 * The position of one change: the main revision numbers the transaction, the sub revision the change within it, from 0.
 *
 * <p>A revision has a packed form, {@code main << 20 | sub}, whose order is the revision's order; it is the row id of the
 * history. A transaction of more than {@link #SUB_LIMIT} changes goes on in the next main revision.
 */
public record Revision(long main, int sub) implements Comparable<Revision> {
    private static final int SUB_BITS = 20;

    /** How many changes fit in one main revision. */
    public static final int SUB_LIMIT = 1 << SUB_BITS;

    /** The largest main revision that has a packed form: 8.7e12, at 10,000 transactions a second 27 years. */
    public static final long MAIN_MAX = Long.MAX_VALUE >>> SUB_BITS;

    public Revision {
        if (main < 0 || main > MAIN_MAX || sub < 0 || sub >= SUB_LIMIT) {
            throw new IllegalArgumentException("revision out of range: main=" + main + " sub=" + sub);
        }
    }

    public static long pack(long main, int sub) {
        return main << SUB_BITS | sub;
    }

    /** The first packed revision of {@code main}. */
    public static long firstOf(long main) {
        return main << SUB_BITS;
    }

    /** The last packed revision of {@code main}. */
    public static long lastOf(long main) {
        return main << SUB_BITS | (SUB_LIMIT - 1);
    }

    public static long mainOf(long packed) {
        return packed >>> SUB_BITS;
    }

    public static int subOf(long packed) {
        return (int) (packed & (SUB_LIMIT - 1));
    }

    public static Revision unpack(long packed) {
        return new Revision(mainOf(packed), subOf(packed));
    }

    public long packed() {
        return pack(main, sub);
    }

    @Override
    public int compareTo(Revision other) {
        return Long.compare(packed(), other.packed());
    }
}
