package io.quorlite.raft.log;

import io.quorlite.replication.CorruptLogException;
import io.quorlite.sofajraft.entity.LogEntry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * One file of the log: a {@link SegmentHeader}, then records without gap, then at most one mark, then zeros.
 *
 * <p>What is known of the records (offsets, end) is guarded by the log's lock; writes come from one thread at a time. Zeros
 * ahead of the records are written by another thread: it works behind {@link #allocated}, the writer before it, and whoever
 * moves that border holds {@link #allocation}.
 */
final class Segment implements Closeable {
    private static final String SUFFIX = ".segment";
    private static final int NAME_DIGITS = 20;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(256 << 10).asReadOnlyBuffer();
    /** What a new file has at once, in the foreground; the rest follows behind the first append. */
    private static final int FIRST_ALLOCATION_BYTES = 256 << 10;
    /** Zeros are forced in such pieces: the writer's own force waits in the disk's queue behind one of them. */
    private static final int EXTENSION_BYTES = 512 << 10;

    private final Disk disk;
    private final Path path;
    private final DiskFile file;
    private final SegmentHeader header;
    private final LogOptions options;

    private int[] offsets = new int[64];
    private int count;
    private int end = SegmentHeader.BYTES;
    /** No byte at or behind it is other than zero. */
    private long writtenEnd;

    private final Object allocation = new Object();
    private volatile long allocated;
    private volatile boolean extending;
    private volatile boolean closed;

    private Segment(Disk disk, Path path, DiskFile file, SegmentHeader header, LogOptions options) throws IOException {
        this.disk = disk;
        this.path = path;
        this.file = file;
        this.header = header;
        this.options = options;
        this.allocated = file.size();
        this.writtenEnd = allocated;
    }

    static boolean isName(String name) {
        return name.endsWith(SUFFIX);
    }

    private static String nameOf(long firstIndex) {
        return String.format("%0" + NAME_DIGITS + "d%s", firstIndex, SUFFIX);
    }

    /** Makes an empty segment. It gets its name only when its header is durable. */
    static Segment create(Disk disk, Path directory, SegmentHeader header, LogOptions options) throws IOException {
        Path path = directory.resolve(nameOf(header.firstIndex()));
        Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
        try (DiskFile file = disk.create(temporary)) {
            file.write(header.encode(), 0);
            long size = Math.min(FIRST_ALLOCATION_BYTES, Math.min(options.preallocateBytes(), options.segmentBytes()));
            writeZeros(file, SegmentHeader.BYTES, size);
            file.force();
        }
        disk.rename(temporary, path);
        disk.syncDirectory(directory);
        Segment segment = new Segment(disk, path, disk.open(path), header, options);
        segment.writtenEnd = SegmentHeader.BYTES;
        return segment;
    }

    /** Opens a segment that exists; its records are still to be found. */
    static Segment open(Disk disk, Path path, LogOptions options) throws IOException {
        DiskFile file = disk.open(path);
        try {
            SegmentHeader header = SegmentHeader.read(path, file);
            if (!String.valueOf(path.getFileName()).equals(nameOf(header.firstIndex()))) {
                throw new CorruptLogException(path + " is damaged: its header says first index " + header.firstIndex());
            }
            return new Segment(disk, path, file, header, options);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    long firstIndex() {
        return header.firstIndex();
    }

    /** The last index, or one less than the first of an empty segment. */
    long lastIndex() {
        return header.firstIndex() + count - 1;
    }

    int end() {
        return end;
    }

    Path path() {
        return path;
    }

    SegmentScanner scanner() throws IOException {
        return new SegmentScanner(file, header.salt());
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Whether {@code bytes} more bytes of records fit. */
    boolean fits(long bytes) {
        return end + bytes + RecordHeader.BYTES <= options.segmentBytes();
    }

    /** Writes and forces {@code entries}. They are not part of the segment until {@link #adopt}. */
    void append(RecordWriter writer, List<LogEntry> entries, long bytes) throws IOException {
        allocate(Math.addExact(Math.toIntExact(end + bytes), RecordHeader.BYTES));
        writtenEnd = Math.max(writtenEnd, end + bytes);
        writer.write(file, end, header.salt(), entries);
        file.force();
    }

    /** Takes a record of {@code bytes} bytes at the end into the segment. */
    void adopt(long bytes) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
        }
        offsets[count] = end;
        count++;
        end = Math.toIntExact(end + bytes);
    }

    /** Notes on the disk, without forcing it, that all records up to here are durable, which they must be. */
    void mark(RecordWriter writer, long term) throws IOException {
        writtenEnd = Math.max(writtenEnd, (long) end + RecordHeader.BYTES);
        writer.writeMark(file, end, header.salt(), lastIndex(), term);
    }

    void force() throws IOException {
        file.force();
    }

    /** Forgets the entries above {@code lastIndexKept}, in memory only. */
    void cutBehind(long lastIndexKept) {
        int kept = (int) (lastIndexKept - firstIndex() + 1);
        if (kept < count) {
            end = offsets[kept];
            count = kept;
        }
    }

    /** Overwrites all that is behind the last record with zeros. Durable after the next {@link #force}. */
    void eraseTail() throws IOException {
        writeZeros(file, end, writtenEnd);
        writtenEnd = end;
    }

    /** Writes the records from {@code offset} on to the disk again as they were read. */
    void rewriteFrom(int offset) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(1 << 20, end - offset));
        for (int at = offset; at < end; at += chunk.limit()) {
            chunk.clear().limit(Math.min(chunk.capacity(), end - at));
            file.read(chunk, at);
            file.write(chunk.flip(), at);
        }
    }

    /** Reads an entry back and checks it. */
    LogEntry read(long index) throws IOException {
        int slot = (int) (index - firstIndex());
        int start = offsets[slot];
        ByteBuffer bytes = ByteBuffer.allocate((slot + 1 < count ? offsets[slot + 1] : end) - start);
        int length = file.read(bytes, start);
        RecordHeader record = length == bytes.capacity() ? RecordHeader.parse(bytes, 0) : null;
        if (record == null || record.index() != index || record.recordBytes() != length || !isSound(record, bytes)) {
            throw new CorruptLogException(path + " is damaged at offset " + start + ", index " + index
                    + ": the record was sound when it was written or opened");
        }
        bytes.position(RecordHeader.BYTES).limit(RecordHeader.BYTES + record.payloadLength());
        return EntryCodec.decode(record, bytes);
    }

    private boolean isSound(RecordHeader record, ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(4, bytes.capacity() - 4));
        return record.crc() == ((int) crc.getValue() ^ header.salt());
    }

    /** Makes sure that the file is {@code needed} bytes long or will be once the writer has filled it up to there. */
    private void allocate(long needed) throws IOException {
        if (needed <= allocated) {
            return;
        }
        synchronized (allocation) {
            long target = Math.min(allocated + options.preallocateBytes(), options.segmentBytes());
            writeZeros(file, needed, target);
            allocated = Math.max(needed, target);
        }
    }

    /** Has zeros written ahead on {@code executor} if the records have come near to the end of the file. */
    void allocateAhead(Executor executor, Consumer<Throwable> onFailure) {
        boolean enough = allocated - end >= options.preallocateBytes() / 2 || allocated >= options.segmentBytes();
        if (!enough && !extending) {
            extending = true;
            executor.execute(() -> extend(onFailure));
        }
    }

    private void extend(Consumer<Throwable> onFailure) {
        // A handle of its own: the system reports a failed write-back once for each open file, so this force
        // cannot swallow an error that the writer's force must see.
        try (DiskFile own = disk.open(path)) {
            long target = Math.min(allocated + options.preallocateBytes(), options.segmentBytes());
            boolean more = true;
            while (more) {
                more = extend(own, target);
            }
        } catch (IOException | RuntimeException | Error e) {
            synchronized (allocation) {
                if (!closed) {
                    onFailure.accept(e);
                }
            }
        }
        extending = false;
    }

    /** Writes the next piece of the zeros up to {@code target}; returns whether there is more to write. */
    private boolean extend(DiskFile own, long target) throws IOException {
        synchronized (allocation) {
            if (closed || allocated >= target) {
                return false;
            }
            long end = Math.min(allocated + EXTENSION_BYTES, target);
            writeZeros(own, allocated, end);
            own.force();
            allocated = end;
            return true;
        }
    }

    private static void writeZeros(DiskFile file, long from, long to) throws IOException {
        for (long at = from; at < to; ) {
            ByteBuffer zeros = ZEROS.duplicate();
            zeros.limit((int) Math.min(zeros.capacity(), to - at));
            at += zeros.limit();
            file.write(zeros, at - zeros.limit());
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (allocation) {
            closed = true;
            file.close();
        }
    }

    /** Closes and removes the file. Durable after the directory was synced. */
    void delete() throws IOException {
        close();
        disk.delete(path);
    }
}
