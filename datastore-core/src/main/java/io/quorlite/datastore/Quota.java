package io.quorlite.datastore;

/** How large a member's data may grow before it refuses what makes it larger; changed while it runs. Thread-safe. */
final class Quota {
    private volatile long bytes;

    Quota(long bytes) {
        set(bytes);
    }

    long bytes() {
        return bytes;
    }

    /** From the next write on. */
    void set(long newBytes) {
        if (newBytes <= 0) {
            throw new IllegalArgumentException("quotaBytes must be positive: " + newBytes);
        }
        bytes = newBytes;
    }
}
