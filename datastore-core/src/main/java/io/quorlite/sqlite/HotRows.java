package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows written or read last, in a ring of bytes in the heap: reads of them need no query, and no thread that may wait for a
 * disk. Bounded in bytes; made of large arrays that live as long as the store, so that the collector has nothing to do with
 * what passes through. Thread-safe.
 *
 * <p>A row never changes and its packed revision is its name, so nothing here is ever stale: a row is here or it is not. What is
 * here was written by this process, or read from the database and verified.
 *
 * <pre>
 *   position   counts bytes since the beginning and never wraps; slab = position / SLAB_BYTES % slabs
 *   record     packed (8)  the key's record before (8)  create revision (8)  version (8)  lease (8)  value length (4)  value
 * </pre>
 *
 * Records do not cross slabs. One thread appends at a time. Readers take no lock: they copy what they find, and then look whether
 * the slab had been given up meanwhile, which the appender says before it writes into it.
 */
final class HotRows {
    static final int SLAB_BYTES = 1 << 20;

    /** Larger values would push out too much else. */
    static final int VALUE_BYTES_MAX = 64 << 10;

    /** How many of a key's versions are looked at. */
    private static final int VERSIONS_MAX = 4;

    private static final int BEFORE = 8;
    private static final int CREATE = 16;
    private static final int VERSION = 24;
    private static final int LEASE = 32;
    private static final int LENGTH = 40;
    private static final int HEAD_BYTES = 44;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] @Nullable [] slabs;
    private long end = SLAB_BYTES; // guarded by this; position 0 stands for nowhere
    private volatile long validFrom = SLAB_BYTES;

    /** @param bytesMax how much it takes, once it is full; 0 to keep nothing, else at least two slabs */
    HotRows(long bytesMax) {
        slabs = new byte[bytesMax == 0 ? 0 : Math.max(2, (int) (bytesMax / SLAB_BYTES))][];
    }

    /** About how many bytes of rows are held. */
    long capacity() {
        return (long) slabs.length * SLAB_BYTES;
    }

    /** Keeps a row of {@code history}'s key, whose packed revision is {@code packed}. */
    void keep(KeyHistory history, long packed, KeyValue kv) {
        byte[] value = kv.value().unsafeArray();
        if (value.length > VALUE_BYTES_MAX || slabs.length == 0) {
            return;
        }
        synchronized (this) {
            long position = room(HEAD_BYTES + value.length);
            byte[] slab = slab(position);
            int at = offset(position);
            LONG.set(slab, at, packed);
            LONG.set(slab, at + BEFORE, history.hotAt());
            LONG.set(slab, at + CREATE, kv.createRevision());
            LONG.set(slab, at + VERSION, kv.version());
            LONG.set(slab, at + LEASE, kv.lease());
            INT.set(slab, at + LENGTH, value.length);
            System.arraycopy(value, 0, slab, at + HEAD_BYTES, value.length);
            end = position + HEAD_BYTES + value.length;
            history.hotAt(position); // publishes the record
        }
    }

    /** Where {@code bytes} fit; gives the oldest slab up if it takes a new one. */
    private long room(int bytes) {
        if (offset(end) + bytes <= SLAB_BYTES && offset(end) != 0) {
            return end;
        }
        long position = (end + SLAB_BYTES - 1) / SLAB_BYTES * SLAB_BYTES;
        int number = number(position);
        if (slabs[number] == null) {
            slabs[number] = new byte[SLAB_BYTES];
        }
        validFrom = Math.max(validFrom, position - (slabs.length - 1L) * SLAB_BYTES);
        VarHandle.fullFence(); // who sees any of what is written from here on sees that the old is void
        return position;
    }

    /**
     * Gives the row of {@code history}'s key at {@code packed} to {@code taker}, if it is here.
     *
     * @param scratch what the value is copied to, if it is wanted
     */
    boolean find(KeyHistory history, long packed, boolean value, Scratch scratch) {
        long position = history.hotAt();
        for (int i = 0; i < VERSIONS_MAX && position >= validFrom; i++) {
            byte[] slab = slab(position);
            int at = offset(position);
            if ((long) LONG.get(slab, at) == packed) {
                return scratch.take(slab, at, value) && isStillValid(position);
            }
            long before = (long) LONG.get(slab, at + BEFORE);
            if (!isStillValid(position) || before >= position) {
                return false;
            }
            position = before;
        }
        return false;
    }

    private boolean isStillValid(long position) {
        VarHandle.acquireFence(); // what was read before is not read again after
        return position >= validFrom;
    }

    private byte[] slab(long position) {
        byte[] slab = slabs[number(position)];
        if (slab == null) {
            throw new IllegalStateException("a position that was never written: " + position);
        }
        return slab;
    }

    private int number(long position) {
        return (int) (position / SLAB_BYTES % slabs.length);
    }

    private static int offset(long position) {
        return (int) (position % SLAB_BYTES);
    }

    /** A row found, and room for its value, which the next one overwrites. For one thread. */
    static final class Scratch {
        long createRevision;
        long version;
        long lease;
        byte[] value = {};
        int length;

        /** Copies a record, which may be torn while it is copied: nothing in it is trusted. */
        private boolean take(byte[] slab, int at, boolean withValue) {
            createRevision = (long) LONG.get(slab, at + CREATE);
            version = (long) LONG.get(slab, at + VERSION);
            lease = (long) LONG.get(slab, at + LEASE);
            length = withValue ? (int) INT.get(slab, at + LENGTH) : 0;
            if (length < 0 || length > SLAB_BYTES - at - HEAD_BYTES) {
                return false;
            }
            if (length > value.length) {
                value = new byte[Math.max(length, Math.min(2 * value.length, VALUE_BYTES_MAX))];
            }
            System.arraycopy(slab, at + HEAD_BYTES, value, 0, length);
            return true;
        }

        /** The row as a value of its own. */
        KeyValue toKeyValue(Bytes key, long packed) {
            return new KeyValue(
                    key,
                    Bytes.wrap(Arrays.copyOf(value, length)),
                    createRevision,
                    Revision.mainOf(packed),
                    version,
                    lease);
        }
    }
}
