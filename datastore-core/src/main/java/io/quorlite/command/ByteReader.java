package io.quorlite.command;

import io.quorlite.mvcc.Bytes;
import java.util.Arrays;

/**
 * Takes apart what {@link ByteWriter} wrote. Whatever the bytes are, it reads none outside the array and allocates no more than
 * the array holds; what does not fit is a {@link MalformedCommandException}. Not thread-safe.
 */
final class ByteReader {
    private final byte[] array;
    private int position;

    ByteReader(byte[] array) {
        this.array = array;
    }

    int remaining() {
        return array.length - position;
    }

    int octet() {
        need(1);
        return array[position++] & 0xff;
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = octet();
            if (shift == 63 && b > 1) {
                break;
            }
            value |= (b & 0x7fL) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw malformed("number of more than 64 bits");
    }

    long signedNumber() {
        long folded = number();
        return folded >>> 1 ^ -(folded & 1);
    }

    long fixedLong() {
        need(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = (value << 8) | (array[position++] & 0xff);
        }
        return value;
    }

    int fixedInt() {
        need(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = (value << 8) | (array[position++] & 0xff);
        }
        return value;
    }

    /** A count of things of which each takes a byte at least. */
    int count() {
        long count = number();
        if (count < 0 || count > remaining()) {
            throw malformed("count " + Long.toUnsignedString(count) + " with " + remaining() + " bytes left");
        }
        return (int) count;
    }

    Bytes bytes() {
        int length = count();
        byte[] copy = Arrays.copyOfRange(array, position, position + length);
        position += length;
        return Bytes.wrap(copy);
    }

    MalformedCommandException malformed(String what) {
        return new MalformedCommandException(what + " before byte " + position + " of " + array.length);
    }

    private void need(int count) {
        if (count > remaining()) {
            throw malformed("end of input where " + count + " more bytes are needed,");
        }
    }
}
