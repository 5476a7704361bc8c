package io.quorlite.raft.log;

/**
 * Sizes of the log.
 *
 * @param segmentBytes a segment file is closed once the next record would make it longer; a single record that is larger
 *     makes a larger file
 * @param preallocateBytes how far the active segment is filled with zeros ahead of its records
 * @param cacheEntriesMax how many of the newest entries are kept in memory
 * @param cacheBytesMax bytes of their data, at most; the newest entry is kept whatever its size
 */
public record LogOptions(int segmentBytes, int preallocateBytes, int cacheEntriesMax, long cacheBytesMax) {
    /** A record of any size fits behind the largest segment without passing 2 GiB. */
    private static final int SEGMENT_BYTES_MAX = 1 << 30;

    /**
     * Entries in memory are few: under load they are what the collector finds alive, and more than the young generation has room for would
     * all be moved to the old one. A follower that lags behind them is served from the page cache.
     */
    public static final LogOptions DEFAULT = new LogOptions(64 << 20, 4 << 20, 4096, 1 << 20);

    public LogOptions {
        if (segmentBytes < 1024 || segmentBytes > SEGMENT_BYTES_MAX) {
            throw new IllegalArgumentException("segmentBytes: " + segmentBytes);
        }
        if (preallocateBytes < 0 || cacheEntriesMax < 1 || cacheBytesMax < 0) {
            throw new IllegalArgumentException("preallocateBytes " + preallocateBytes + ", cacheEntriesMax "
                    + cacheEntriesMax + ", cacheBytesMax " + cacheBytesMax);
        }
    }

    public LogOptions withSegmentBytes(int bytes) {
        return new LogOptions(bytes, preallocateBytes, cacheEntriesMax, cacheBytesMax);
    }
}
