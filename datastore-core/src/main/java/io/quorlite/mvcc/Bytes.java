package io.quorlite.mvcc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An immutable sequence of bytes, ordered as unsigned bytes: a key or a value. Thread-safe. */
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** A copy of {@code source}. */
    public static Bytes copyOf(byte[] source) {
        return source.length == 0 ? EMPTY : new Bytes(source.clone());
    }

    /** Takes ownership of {@code array} without a copy; the caller must not write to it again. */
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array);
    }

    /** The UTF-8 encoding of {@code text}. */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    public int length() {
        return array.length;
    }

    public boolean isEmpty() {
        return array.length == 0;
    }

    /** The byte at {@code index}, as a signed Java byte. */
    public byte at(int index) {
        return array[index];
    }

    /** A copy that the caller may change. */
    public byte[] toByteArray() {
        return array.clone();
    }

    /** The array itself, for adapters that hand it on without a copy. It must never be written to. */
    public byte[] unsafeArray() {
        return array;
    }

    /** This sequence followed by {@code suffix}. */
    public Bytes concat(Bytes suffix) {
        byte[] joined = Arrays.copyOf(array, array.length + suffix.array.length);
        System.arraycopy(suffix.array, 0, joined, array.length, suffix.array.length);
        return wrap(joined);
    }

    /** The smallest sequence greater than this one: this one followed by a zero byte. */
    public Bytes successor() {
        return new Bytes(Arrays.copyOf(array, array.length + 1));
    }

    /**
     * The smallest sequence greater than every sequence that starts with this one, or null where there is none (empty, or
     * all bytes 0xff).
     */
    public @Nullable Bytes prefixEnd() {
        for (int i = array.length - 1; i >= 0; i--) {
            if (array[i] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(array, i + 1);
                end[i]++;
                return wrap(end);
            }
        }
        return null;
    }

    public boolean startsWith(Bytes prefix) {
        return array.length >= prefix.array.length
                && Arrays.equals(array, 0, prefix.array.length, prefix.array, 0, prefix.array.length);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    /** The bytes as text where they are printable ASCII, other bytes as {@code \xNN}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(array.length + 2);
        for (byte b : array) {
            if (b >= 0x20 && b < 0x7f && b != '\\') {
                text.append((char) b);
            } else {
                text.append(String.format("\\x%02x", b & 0xff));
            }
        }
        return text.toString();
    }
}
