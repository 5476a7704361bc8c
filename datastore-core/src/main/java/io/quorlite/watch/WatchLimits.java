package io.quorlite.watch;

/**
 * The bounds of a {@link WatchHub}.
 *
 * @param watchesPerStreamMax watches of one stream; more are rejected
 * @param watchesPerNodeMax watches of all streams; more are rejected
 * @param catchUpRevisionsMax main revisions that one batch of the history carries
 * @param catchUpBytesMax bytes of keys and values that one batch carries, a single main revision may exceed it
 * @param catchUpWatchersMax watches that share one batch
 * @param catchUpRoundsMax batches that are read at the same time, which is also how many tasks the executor gets at most
 */
public record WatchLimits(
        int watchesPerStreamMax,
        int watchesPerNodeMax,
        int catchUpRevisionsMax,
        long catchUpBytesMax,
        int catchUpWatchersMax,
        int catchUpRoundsMax) {
    /** etcd's batch of 1,000 revisions and 512 watches; bytes as many as a request may have, and some. */
    public static final WatchLimits DEFAULT = new WatchLimits(10_000, 100_000, 1_000, 2L << 20, 512, 2);

    public WatchLimits {
        requirePositive("watchesPerStreamMax", watchesPerStreamMax);
        requirePositive("watchesPerNodeMax", watchesPerNodeMax);
        requirePositive("catchUpRevisionsMax", catchUpRevisionsMax);
        requirePositive("catchUpBytesMax", catchUpBytesMax);
        requirePositive("catchUpWatchersMax", catchUpWatchersMax);
        requirePositive("catchUpRoundsMax", catchUpRoundsMax);
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }
}
