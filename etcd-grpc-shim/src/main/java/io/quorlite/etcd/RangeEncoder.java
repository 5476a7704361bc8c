package io.quorlite.etcd;

import com.google.protobuf.CodedOutputStream;
import io.quorlite.mvcc.RangeSink;
import io.quorlite.mvcc.RowView;
import java.util.ArrayList;
import java.util.List;

/**
 * Encodes the rows of a range read as etcd's RangeResponse while they are read, with no object for a row. The result is what
 * protobuf would make of the same message. For one read, on one thread.
 *
 * <pre>
 * RangeResponse: 1 header, 2 kvs {1 key, 2 create_revision, 3 mod_revision, 4 version, 5 value, 6 lease}, 3 more, 4 count
 * </pre>
 */
final class RangeEncoder implements RangeSink<EncodedReply> {
    private static final int KVS = 2;
    private static final int MORE = 3;
    private static final int COUNT = 4;
    private static final int KEY = 1;
    private static final int CREATE_REVISION = 2;
    private static final int MOD_REVISION = 3;
    private static final int VERSION = 4;
    private static final int VALUE = 5;
    private static final int LEASE = 6;

    private static final int VARINT = 0;
    private static final int BYTES = 2;

    private static final int CHUNK_BYTES_MIN = 4 << 10;
    /** Fields behind the rows. */
    private static final int TAIL_BYTES_MAX = 16;

    private final NodeIdentity identity;
    private final ReplyChunks large;
    private final List<byte[]> chunks = new ArrayList<>(1);
    private byte[] chunk = {};
    private int at;
    private long filled; // bytes in the chunks before this one

    /** @param large where chunks come from once the reply has become long; until then they double */
    RangeEncoder(NodeIdentity identity, ReplyChunks large) {
        this.identity = identity;
        this.large = large;
    }

    @Override
    public void row(RowView row) {
        byte[] key = row.key().unsafeArray();
        int value = row.valueLength();
        int size = bytesSize(key.length)
                + numberSize(row.createRevision())
                + numberSize(row.modRevision())
                + numberSize(row.version())
                + bytesSize(value)
                + numberSize(row.lease());
        if (chunks.isEmpty()) {
            next(size + 2 * TAIL_BYTES_MAX); // a read of one key fills one chunk
        }
        tag(KVS, BYTES);
        varint(size);
        bytes(KEY, key, key.length);
        number(CREATE_REVISION, row.createRevision());
        number(MOD_REVISION, row.modRevision());
        number(VERSION, row.version());
        bytes(VALUE, row.valueArray(), value);
        number(LEASE, row.lease());
    }

    @Override
    public EncodedReply end(long revision, long count, boolean more) {
        if (more) {
            number(MORE, 1);
        }
        number(COUNT, count);
        return new EncodedReply(ResponseHead.of(identity, revision), chunks, at, large);
    }

    // the wire format of protobuf; every field here has a tag of one byte

    private static int numberSize(long value) {
        return value == 0 ? 0 : 1 + CodedOutputStream.computeUInt64SizeNoTag(value);
    }

    private static int bytesSize(int length) {
        return length == 0 ? 0 : 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
    }

    private void number(int field, long value) {
        if (value != 0) {
            tag(field, VARINT);
            varint(value);
        }
    }

    private void bytes(int field, byte[] source, int length) {
        if (length == 0) {
            return;
        }
        tag(field, BYTES);
        varint(length);
        int copied = 0;
        while (copied < length) {
            if (at == chunk.length) {
                next(0);
            }
            int part = Math.min(length - copied, chunk.length - at);
            System.arraycopy(source, copied, chunk, at, part);
            at += part;
            copied += part;
        }
    }

    private void tag(int field, int wireType) {
        put(field << 3 | wireType);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            put((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        put((int) rest);
    }

    private void put(int octet) {
        if (at == chunk.length) {
            next(TAIL_BYTES_MAX);
        }
        chunk[at++] = (byte) octet;
    }

    /** Goes on in a new chunk; the one before is full. */
    private void next(int bytesMin) {
        filled += chunk.length;
        int size = Math.max(
                bytesMin,
                chunks.isEmpty() ? 0 : (int) Math.max(CHUNK_BYTES_MIN, Math.min(filled, ReplyChunks.CHUNK_BYTES)));
        chunk = size == ReplyChunks.CHUNK_BYTES ? large.take() : new byte[size];
        chunks.add(chunk);
        at = 0;
    }
}
