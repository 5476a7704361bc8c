package io.quorlite.etcd;

import java.util.List;

/**
 * An encoded WatchResponse: its own fields, then its events, whose bytes other responses share. Immutable as long as nobody
 * writes to its arrays, which nobody may.
 */
final class WatchFrame {
    private final byte[] head;
    private final List<byte[]> events;
    private final int sizeBytes;

    private WatchFrame(byte[] head, List<byte[]> events, int sizeBytes) {
        this.head = head;
        this.events = events;
        this.sizeBytes = sizeBytes;
    }

    static WatchFrame of(byte[] head, List<byte[]> events) {
        long size = head.length;
        for (byte[] event : events) {
            size += event.length;
        }
        return new WatchFrame(head, events, Math.toIntExact(size));
    }

    byte[] head() {
        return head;
    }

    List<byte[]> events() {
        return events;
    }

    /** The size of all of it. */
    int sizeBytes() {
        return sizeBytes;
    }
}
