package io.quorlite.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * A half-open range of keys, [from, to); {@code to} is null where the range has no end. A range may be empty.
 *
 * @param single whether the range was given as one key, which is the common case and has its own fast path
 */
public record KeyRange(Bytes from, @Nullable Bytes to, boolean single) {
    private static final Bytes ZERO = Bytes.wrap(new byte[] {0});

    public static KeyRange single(Bytes key) {
        return new KeyRange(key, key.successor(), true);
    }

    public static KeyRange between(Bytes from, Bytes to) {
        return new KeyRange(from, to, false);
    }

    /** All keys at or after {@code key}. */
    public static KeyRange fromKey(Bytes key) {
        return new KeyRange(key, null, false);
    }

    /** All keys that start with {@code prefix}; an empty one stands for all keys. */
    public static KeyRange prefix(Bytes prefix) {
        return prefix.isEmpty() ? all() : new KeyRange(prefix, prefix.prefixEnd(), false);
    }

    /** All keys, in etcd's form: no key is empty, so all are at or after the smallest one, a single zero byte. */
    public static KeyRange all() {
        return fromKey(ZERO);
    }

    /** etcd's form: an empty {@code rangeEnd} means the key alone, a single zero byte all keys at or after {@code key}. */
    public static KeyRange of(Bytes key, Bytes rangeEnd) {
        if (rangeEnd.isEmpty()) {
            return single(key);
        }
        return rangeEnd.equals(ZERO) ? fromKey(key) : between(key, rangeEnd);
    }

    /** Whether no key can be in this range. */
    public boolean isEmpty() {
        return to != null && from.compareTo(to) >= 0;
    }

    public boolean contains(Bytes key) {
        if (single) {
            return from.equals(key);
        }
        return from.compareTo(key) <= 0 && (to == null || key.compareTo(to) < 0);
    }

    public boolean overlaps(KeyRange other) {
        return !isEmpty()
                && !other.isEmpty()
                && (to == null || other.from.compareTo(to) < 0)
                && (other.to == null || from.compareTo(other.to) < 0);
    }
}
