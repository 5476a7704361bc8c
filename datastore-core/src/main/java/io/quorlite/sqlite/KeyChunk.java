package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A run of neighbouring keys with their histories, in key order, and how many of the keys are alive. Immutable but for the
 * histories; a change makes a new chunk.
 *
 * <p>{@code aliveSince} is the packed revision at which a key here last came to life or died: at any limit from there on {@code
 * alive} keys are alive, which spares a count from looking at each.
 */
record KeyChunk(Bytes[] keys, KeyHistory[] histories, int alive, long aliveSince) {
    static final int KEYS_MAX = 128;

    static final KeyChunk EMPTY = new KeyChunk(new Bytes[0], new KeyHistory[0], 0, 0);

    int size() {
        return keys.length;
    }

    boolean isFull() {
        return keys.length >= KEYS_MAX;
    }

    /** As {@link Arrays#binarySearch(Object[], Object)}. */
    int search(Bytes key) {
        return Arrays.binarySearch(keys, key);
    }

    @Nullable KeyHistory history(Bytes key) {
        int at = search(key);
        return at < 0 ? null : histories[at];
    }

    /** The position of the first key at or after {@code key}. */
    int ceiling(Bytes key) {
        int at = search(key);
        return at < 0 ? -at - 1 : at;
    }

    /** This chunk with a new key at {@code at}, whose history holds its first version, of {@code packed}. */
    KeyChunk with(int at, Bytes key, KeyHistory history, boolean lives, long packed) {
        int n = keys.length;
        Bytes[] moreKeys = Arrays.copyOf(keys, n + 1);
        KeyHistory[] moreHistories = Arrays.copyOf(histories, n + 1);
        System.arraycopy(keys, at, moreKeys, at + 1, n - at);
        System.arraycopy(histories, at, moreHistories, at + 1, n - at);
        moreKeys[at] = key;
        moreHistories[at] = history;
        return lives
                ? new KeyChunk(moreKeys, moreHistories, alive + 1, packed)
                : new KeyChunk(moreKeys, moreHistories, alive, aliveSince);
    }

    /** This chunk after a key of it came to life, or died, at {@code packed}. */
    KeyChunk changed(boolean lives, long packed) {
        return new KeyChunk(keys, histories, alive + (lives ? 1 : -1), packed);
    }

    /** The keys from position {@code from} to before {@code to} as a chunk of their own. */
    KeyChunk part(int from, int to) {
        KeyHistory[] part = Arrays.copyOfRange(histories, from, to);
        return new KeyChunk(Arrays.copyOfRange(keys, from, to), part, countAlive(part), aliveSince);
    }

    /** Both together; {@code next} follows this one. */
    KeyChunk and(KeyChunk next) {
        Bytes[] bothKeys = Arrays.copyOf(keys, size() + next.size());
        KeyHistory[] bothHistories = Arrays.copyOf(histories, size() + next.size());
        System.arraycopy(next.keys, 0, bothKeys, size(), next.size());
        System.arraycopy(next.histories, 0, bothHistories, size(), next.size());
        return new KeyChunk(bothKeys, bothHistories, alive + next.alive, Math.max(aliveSince, next.aliveSince));
    }

    /** Drops what a compaction supersedes; returns this chunk, or one without the keys that are gone. */
    KeyChunk compacted(long compacted, KeyHistory.LongSink dropped) {
        Bytes[] keptKeys = keys;
        KeyHistory[] keptHistories = histories;
        int kept = 0;
        for (int i = 0; i < keys.length; i++) {
            boolean stays = histories[i].compact(compacted, dropped);
            if (!stays && keptKeys == keys) {
                keptKeys = keys.clone();
                keptHistories = histories.clone();
            }
            if (stays) {
                keptKeys[kept] = keys[i];
                keptHistories[kept++] = histories[i];
            }
        }
        return kept == keys.length
                ? this
                : new KeyChunk(Arrays.copyOf(keptKeys, kept), Arrays.copyOf(keptHistories, kept), alive, aliveSince);
    }

    /** How many of the keys from position {@code from} to before {@code to} are alive at {@code limit}. */
    int alive(int from, int to, long limit) {
        if (from == 0 && to == keys.length && aliveSince <= limit) {
            return alive;
        }
        int count = 0;
        for (int i = from; i < to; i++) {
            if (histories[i].floor(limit) > 0) {
                count++;
            }
        }
        return count;
    }

    private static int countAlive(KeyHistory[] histories) {
        int count = 0;
        for (KeyHistory history : histories) {
            if (history.newest() > 0) {
                count++;
            }
        }
        return count;
    }
}
