package io.quorlite.raft.log;

import io.quorlite.sofajraft.entity.LogEntry;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Entries in memory: the newest of the log, bounded in count and bytes, and a few that were read from the disk last (the
 * engine asks for the whole entry where it wants the term before a follower's next index, with every heartbeat).
 *
 * <p>{@link #get} and {@link #addRead} may run together, under the log's read lock; the others need its write lock.
 */
final class EntryCache {
    private static final int READ_SLOTS = 16;
    private static final int READ_ENTRY_BYTES_MAX = 1 << 20;

    private final @Nullable LogEntry[] ring;
    private final long bytesMax;
    private final AtomicReferenceArray<@Nullable LogEntry> reads = new AtomicReferenceArray<>(READ_SLOTS);
    private long first = 1;
    private long last;
    private long bytes;

    EntryCache(int entriesMax, long bytesMax) {
        this.ring = new LogEntry[Integer.highestOneBit(entriesMax)];
        this.bytesMax = bytesMax;
    }

    void add(LogEntry entry) {
        long index = entry.getId().getIndex();
        if (index != last + 1) {
            clear();
            first = index;
        }
        last = index;
        bytes += EntryCodec.dataBytes(entry);
        if (last - first == ring.length) {
            evictFirst();
        }
        ring[slot(index)] = EntryCodec.copyOf(entry);
        while (bytes > bytesMax && first < last) {
            evictFirst();
        }
    }

    void addRead(LogEntry entry) {
        if (EntryCodec.dataBytes(entry) <= READ_ENTRY_BYTES_MAX) {
            reads.set((int) (entry.getId().getIndex() & (READ_SLOTS - 1)), EntryCodec.copyOf(entry));
        }
    }

    /** The entry, for the caller to keep; null if it is not here. */
    @Nullable LogEntry get(long index) {
        LogEntry found =
                index >= first && index <= last ? ring[slot(index)] : reads.get((int) (index & (READ_SLOTS - 1)));
        return found != null && found.getId().getIndex() == index ? EntryCodec.copyOf(found) : null;
    }

    void cutBehind(long lastIndexKept) {
        while (last >= first && last > lastIndexKept) {
            bytes -= release(last);
            last--;
        }
        clearReads();
    }

    void cutBefore(long firstIndexKept) {
        while (first <= last && first < firstIndexKept) {
            evictFirst();
        }
    }

    void clear() {
        cutBehind(0);
        first = 1;
        last = 0;
    }

    private void clearReads() {
        for (int i = 0; i < READ_SLOTS; i++) {
            reads.set(i, null);
        }
    }

    private void evictFirst() {
        bytes -= release(first);
        first++;
    }

    private int release(long index) {
        LogEntry entry = ring[slot(index)];
        ring[slot(index)] = null;
        return entry == null ? 0 : EntryCodec.dataBytes(entry);
    }

    private int slot(long index) {
        return (int) (index & (ring.length - 1));
    }
}
