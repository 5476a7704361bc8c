package io.quorlite.faults.history;

/**
 * The keys a request is about, as etcd writes them: one key where {@code end} is empty, every key from {@code key} on where
 * it is a single zero character, else [key, end). Immutable.
 */
public record KeyRange(String key, String end) {
    private static final String FROM_KEY = "\0";

    /** Every key. */
    public static final KeyRange ALL = new KeyRange("\0", FROM_KEY);

    public static KeyRange single(String key) {
        return new KeyRange(key, "");
    }

    /** The keys that begin with {@code prefix}, whose last character must not be the highest. */
    public static KeyRange prefix(String prefix) {
        int last = prefix.length() - 1;
        if (last < 0 || prefix.charAt(last) == 0xff) {
            throw new IllegalArgumentException("no simple end of prefix: " + prefix);
        }
        return new KeyRange(prefix, prefix.substring(0, last) + (char) (prefix.charAt(last) + 1));
    }

    public boolean isSingle() {
        return end.isEmpty();
    }

    public boolean isAll() {
        return equals(ALL);
    }

    public boolean contains(String candidate) {
        if (isSingle()) {
            return candidate.equals(key);
        }
        return candidate.compareTo(key) >= 0 && isBelowEnd(candidate);
    }

    /** Whether {@code candidate} lies before the range's end, wherever the range begins; not for single keys. */
    public boolean isBelowEnd(String candidate) {
        return end.equals(FROM_KEY) || candidate.compareTo(end) < 0;
    }

    @Override
    public String toString() {
        return isAll()
                ? "*"
                : isSingle() ? key : end.equals(FROM_KEY) ? "[" + key + ", …)" : "[" + key + ", " + end + ")";
    }
}
