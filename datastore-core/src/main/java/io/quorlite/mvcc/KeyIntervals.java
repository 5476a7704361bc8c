package io.quorlite.mvcc;

import java.util.Map;
import java.util.TreeMap;

/**
 * A set of keys given as ranges with an end. Ranges that touch are merged, so that asking costs the same however many there were.
 * Not thread-safe.
 */
final class KeyIntervals {
    /** From the first key of each range to its end; the ranges are apart. */
    private final TreeMap<Bytes, Bytes> ends = new TreeMap<>();

    void add(Bytes from, Bytes to) {
        if (from.compareTo(to) >= 0) {
            return;
        }
        Bytes start = from;
        Bytes end = to;
        Map.Entry<Bytes, Bytes> touching = ends.floorEntry(end);
        while (touching != null && touching.getValue().compareTo(start) >= 0) {
            start = min(start, touching.getKey());
            end = max(end, touching.getValue());
            ends.remove(touching.getKey());
            touching = ends.floorEntry(end);
        }
        ends.put(start, end);
    }

    void addAll(KeyIntervals other) {
        other.ends.forEach(this::add);
    }

    boolean contains(Bytes key) {
        Map.Entry<Bytes, Bytes> before = ends.floorEntry(key);
        return before != null && key.compareTo(before.getValue()) < 0;
    }

    private static Bytes min(Bytes a, Bytes b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static Bytes max(Bytes a, Bytes b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
