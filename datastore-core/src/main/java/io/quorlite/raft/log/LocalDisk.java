package io.quorlite.raft.log;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The machine's file system. Thread-safe. */
final class LocalDisk implements Disk {
    static final LocalDisk INSTANCE = new LocalDisk();

    private LocalDisk() {}

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException("no such directory: " + directory);
        }
        createDirectories(parent);
        Files.createDirectory(directory);
        syncDirectory(parent);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public boolean exists(Path file) {
        return Files.exists(file);
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return new LocalFile(file, FileChannel.open(file, READ, WRITE, CREATE, TRUNCATE_EXISTING));
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new LocalFile(file, FileChannel.open(file, READ, WRITE));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.delete(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    /**
     * A file with one channel for writing and, once it is read, another for reading. An interrupt closes a FileChannel under
     * every thread that uses it; a reader that is interrupted must not take the log away from its writer, so reads have a
     * channel of their own, opened again when that happens.
     */
    private static final class LocalFile implements DiskFile {
        private final Path path;
        private final FileChannel writer;
        private volatile FileChannel reader;
        private volatile boolean closed;

        LocalFile(Path path, FileChannel writer) {
            this.path = path;
            this.writer = writer;
            this.reader = writer;
        }

        @Override
        public long size() throws IOException {
            return writer.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int start = target.position();
            boolean interrupted = Thread.interrupted();
            try {
                while (true) {
                    try {
                        target.position(start);
                        readFully(readChannel(), target, position);
                        return target.position() - start;
                    } catch (ClosedChannelException e) {
                        if (closed) {
                            throw e;
                        }
                        interrupted |= Thread.interrupted();
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private static void readFully(FileChannel channel, ByteBuffer target, long position) throws IOException {
            long at = position;
            while (target.hasRemaining()) {
                int count = channel.read(target, at);
                if (count < 0) {
                    return;
                }
                at += count;
            }
        }

        private FileChannel readChannel() throws IOException {
            FileChannel channel = reader;
            return channel != writer && channel.isOpen() ? channel : openReader();
        }

        private synchronized FileChannel openReader() throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (reader == writer || !reader.isOpen()) {
                reader = FileChannel.open(path, READ);
            }
            return reader;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            // An interrupt that is pending would close the channel at once; it waits until the write is done. One that
            // comes during the write fails it, which stops the node: safe, and rare enough.
            boolean interrupted = Thread.interrupted();
            try {
                long at = position;
                while (source.hasRemaining()) {
                    at += writer.write(source, at);
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public void force() throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                writer.force(false);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            try (FileChannel first = reader;
                    FileChannel second = writer) {
                first.isOpen();
                second.isOpen();
            }
        }
    }
}
