package io.quorlite.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiPredicate;

/** A disk that says that it did what it did not: for planted defects of the stores above it. */
public final class DeafDisk implements Disk {
    /** What may be left out. */
    public enum Call {
        FORCE,
        SYNC_DIRECTORY
    }

    private final Disk real;
    private final BiPredicate<Call, Path> leavesOut;

    public DeafDisk(Disk real, BiPredicate<Call, Path> leavesOut) {
        this.real = real;
        this.leavesOut = leavesOut;
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        real.createDirectories(directory);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return real.list(directory);
    }

    @Override
    public boolean exists(Path file) throws IOException {
        return real.exists(file);
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return new Deaf(real.create(file), file);
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new Deaf(real.open(file), file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        real.delete(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        if (!leavesOut.test(Call.SYNC_DIRECTORY, directory)) {
            real.syncDirectory(directory);
        }
    }

    private final class Deaf implements DiskFile {
        private final DiskFile file;
        private final Path path;

        Deaf(DiskFile file, Path path) {
            this.file = file;
            this.path = path;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            file.write(source, position);
        }

        @Override
        public void force() throws IOException {
            if (!leavesOut.test(Call.FORCE, path)) {
                file.force();
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
