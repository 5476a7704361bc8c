package io.quorlite.etcd;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Collection;

/**
 * Large arrays for the parts of long replies, which are filled again and again: a reply of 10 MB need not have the JVM clear 10 MB, nor
 * the collector copy them. Bounded, and softly held, so that memory that nobody lists with goes back. Thread-safe.
 */
final class ReplyChunks {
    static final int CHUNK_BYTES = 256 << 10;

    /** As many as one long list takes. Whoever finds none gets a new one. */
    private static final int KEPT_MAX = (16 << 20) / CHUNK_BYTES;

    private final ArrayDeque<SoftReference<byte[]>> free = new ArrayDeque<>();

    /** An array of {@link #CHUNK_BYTES} with anything in it. */
    byte[] take() {
        synchronized (free) {
            SoftReference<byte[]> last;
            while ((last = free.pollLast()) != null) {
                byte[] chunk = last.get();
                if (chunk != null) {
                    return chunk;
                }
            }
        }
        return new byte[CHUNK_BYTES];
    }

    /** Takes back those of {@code parts} that came from here; the caller reads and writes them no more. */
    void giveBack(Collection<byte[]> parts) {
        for (byte[] part : parts) {
            if (part.length == CHUNK_BYTES) {
                giveBack(part);
            }
        }
    }

    private void giveBack(byte[] chunk) {
        synchronized (free) {
            if (free.size() < KEPT_MAX) {
                free.addLast(new SoftReference<>(chunk));
            }
        }
    }
}
