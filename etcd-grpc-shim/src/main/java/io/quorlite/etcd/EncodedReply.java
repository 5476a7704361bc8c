package io.quorlite.etcd;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An encoded message: its head, then parts, whose bytes other messages may share. Immutable as long as nobody writes to its arrays,
 * which nobody may; but a message whose parts are lent is there to be written once.
 */
final class EncodedReply {
    private final byte[] head;
    private final List<byte[]> parts;
    private final int lastLength;
    private final long sizeBytes;
    private final @Nullable ReplyChunks lender;
    private boolean written;

    /**
     * @param lastLength how much of the last part belongs to the message
     * @param lender gets large parts back as soon as the message is written; null if they are the message's own
     */
    EncodedReply(byte[] head, List<byte[]> parts, int lastLength, @Nullable ReplyChunks lender) {
        this.head = head;
        this.parts = parts;
        this.lastLength = lastLength;
        this.lender = lender;
        long size = head.length;
        for (int i = 0; i < parts.size(); i++) {
            size += length(i);
        }
        this.sizeBytes = size;
    }

    static EncodedReply of(byte[] head, List<byte[]> parts) {
        return new EncodedReply(head, parts, parts.isEmpty() ? 0 : parts.get(parts.size() - 1).length, null);
    }

    byte[] head() {
        return head;
    }

    List<byte[]> parts() {
        if (written) {
            throw new IllegalStateException("written before: its parts are other messages' now");
        }
        return parts;
    }

    /** Whoever wrote the message says so, and reads it no more. */
    void written() {
        if (lender != null && !written) {
            written = true;
            lender.giveBack(parts);
        }
    }

    /** How many bytes of part {@code number} belong to the message: all, but for the last. */
    int length(int number) {
        return number == parts.size() - 1 ? lastLength : parts.get(number).length;
    }

    /**
     * The size of all of it.
     *
     * @throws ArithmeticException if that is more than a message can have, 2 GiB
     */
    int sizeBytes() {
        return Math.toIntExact(sizeBytes); // not when it is made: that would look like a failure of the read
    }
}
