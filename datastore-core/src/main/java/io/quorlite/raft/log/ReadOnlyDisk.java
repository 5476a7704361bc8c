package io.quorlite.raft.log;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * This machine's files as they are, with all changes kept in memory and forgotten: opening a log repairs it, and who only wants
 * to look must not leave a trace. For one thread.
 */
public final class ReadOnlyDisk implements Disk {
    private static final int PAGE_BYTES = 1 << 16;
    private static final byte[] ZEROS = new byte[PAGE_BYTES]; // most of what is written is this; never changed

    private final Map<Path, Contents> changed = new HashMap<>();
    private final Set<Path> deleted = new HashSet<>();

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new FileNotFoundException(directory + " is missing");
        }
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        for (String name : Disk.local().list(directory)) {
            if (!deleted.contains(directory.resolve(name))) {
                names.add(name);
            }
        }
        for (Path file : changed.keySet()) {
            if (directory.equals(file.getParent())) {
                names.add(String.valueOf(file.getFileName()));
            }
        }
        return List.copyOf(names);
    }

    @Override
    public boolean exists(Path file) {
        return changed.containsKey(file) || !deleted.contains(file) && Files.exists(file);
    }

    @Override
    public DiskFile create(Path file) {
        Contents contents = new Contents(null, 0);
        changed.put(file, contents);
        return contents;
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        Contents contents = changed.get(file);
        if (contents == null) {
            if (!exists(file)) {
                throw new FileNotFoundException(file.toString());
            }
            contents = new Contents(file, Files.size(file));
            changed.put(file, contents);
        }
        return contents;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Contents contents = (Contents) open(from);
        delete(from);
        changed.put(to, contents);
    }

    @Override
    public void delete(Path file) {
        changed.remove(file);
        deleted.add(file);
    }

    @Override
    public void syncDirectory(Path directory) {}

    /** The pages that were written, over the file below. */
    private static final class Contents implements DiskFile {
        private final @Nullable Path base;
        private final long baseBytes;
        private final Map<Long, byte[]> pages = new HashMap<>();
        private long size;

        Contents(@Nullable Path base, long baseBytes) {
            this.base = base;
            this.baseBytes = baseBytes;
            this.size = baseBytes;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int count = (int) Math.max(0, Math.min(target.remaining(), size - position));
            for (int done = 0; done < count; ) {
                long at = position + done;
                int offset = (int) (at % PAGE_BYTES);
                int length = Math.min(count - done, PAGE_BYTES - offset);
                byte[] page = pages.get(at / PAGE_BYTES);
                if (page == null) {
                    readBase(target, at, length);
                } else {
                    target.put(page, offset, length);
                }
                done += length;
            }
            return count;
        }

        private void readBase(ByteBuffer target, long position, int length) throws IOException {
            ByteBuffer part = ByteBuffer.allocate(length);
            if (base != null && position < baseBytes) {
                try (FileChannel channel = FileChannel.open(base, StandardOpenOption.READ)) {
                    while (part.hasRemaining() && channel.read(part, position + part.position()) >= 0) {
                        // a part of it at a time
                    }
                }
            }
            target.put(part.array());
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            long at = position;
            while (source.hasRemaining()) {
                int offset = (int) (at % PAGE_BYTES);
                int length = Math.min(source.remaining(), PAGE_BYTES - offset);
                byte[] part = new byte[length];
                source.get(part);
                put(at / PAGE_BYTES, offset, part);
                at += length;
            }
            size = Math.max(size, at);
        }

        private void put(long number, int offset, byte[] part) throws IOException {
            if (part.length == PAGE_BYTES && Arrays.equals(part, ZEROS)) {
                pages.put(number, ZEROS);
                return;
            }
            byte[] page = pages.get(number);
            if (page == null || page == ZEROS) {
                ByteBuffer copy = ByteBuffer.allocate(PAGE_BYTES);
                if (page == null) {
                    readBase(copy, number * PAGE_BYTES, PAGE_BYTES);
                }
                page = copy.array();
                pages.put(number, page);
            }
            System.arraycopy(part, 0, page, offset, part.length);
        }

        @Override
        public void force() {}

        @Override
        public void close() {}
    }
}
