package io.quorlite.command;

import io.quorlite.mvcc.Bytes;
import java.util.Arrays;

/**
 * A growable array that the codec writes to. Numbers are varints of seven bits a byte, low bits first; those that can be negative
 * are folded first, so that small ones stay short. Not thread-safe.
 */
final class ByteWriter {
    private byte[] array;
    private int size;

    ByteWriter(int capacity) {
        array = new byte[capacity];
    }

    int size() {
        return size;
    }

    void truncate(int newSize) {
        size = newSize;
    }

    byte[] toByteArray() {
        return size == array.length ? array : Arrays.copyOf(array, size);
    }

    void octet(int value) {
        ensure(1);
        array[size++] = (byte) value;
    }

    /** An unsigned number. */
    void number(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            array[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[size++] = (byte) rest;
    }

    /** A number that may be negative, folded so that the sign is the lowest bit. */
    void signedNumber(long value) {
        number(value << 1 ^ value >> 63);
    }

    /** Eight bytes, highest first: for ids, whose bits are all alike random. */
    void fixedLong(long value) {
        ensure(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            array[size++] = (byte) (value >>> shift);
        }
    }

    void fixedInt(int value) {
        ensure(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            array[size++] = (byte) (value >>> shift);
        }
    }

    /** Writes over four bytes that are there already. */
    void fixedIntAt(int position, int value) {
        for (int i = 0; i < 4; i++) {
            array[position + i] = (byte) (value >>> (24 - 8 * i));
        }
    }

    /** A length and as many bytes. */
    void bytes(Bytes value) {
        int length = value.length();
        number(length);
        ensure(length);
        System.arraycopy(value.unsafeArray(), 0, array, size, length);
        size += length;
    }

    private void ensure(int more) {
        if (more > array.length - size) {
            int needed = Math.addExact(size, more);
            array = Arrays.copyOf(array, Math.max(needed, (int) Math.min(Integer.MAX_VALUE - 16, 2L * array.length)));
        }
    }
}
