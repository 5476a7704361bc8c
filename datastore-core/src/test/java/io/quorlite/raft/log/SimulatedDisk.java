package io.quorlite.raft.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.LoggerFactory;

/**
 * A disk in memory that behaves as badly as a real one may. Until a file is forced, each of its sectors that was written may
 * be lost or keep any of its versions, or a mixture of two; until a directory is synced, each name that changed may have its
 * old or its new meaning, whatever became of the others. A force that fails drops what it should have written and leaves it
 * in the cache looking clean.
 */
public final class SimulatedDisk implements Disk {
    static {
        // Every loss of power is an error to the stores, and tests cause thousands of them.
        ((Logger) LoggerFactory.getLogger(SimulatedDisk.class.getPackageName())).setLevel(Level.OFF);
    }

    private static final int SECTOR_BYTES = 512;

    /** What a process finds. */
    private final Map<Path, Inode> names = new TreeMap<>();
    /** What the disk holds for certain. */
    private final Map<Path, Inode> durableNames = new TreeMap<>();

    private final Set<Path> directories = new HashSet<>();
    private long changesUntilPowerLoss = Long.MAX_VALUE;
    private boolean failNextForce;
    private int generation;

    private int forces;
    private int writes;
    private int reads;
    private int directorySyncs;

    /** The power fails with the {@code changes}-th change from now: it may or may not happen, and all after it fail. */
    public synchronized void losePowerIn(long changes) {
        changesUntilPowerLoss = changes;
    }

    public synchronized boolean hasPower() {
        return changesUntilPowerLoss > 0;
    }

    /** The next force fails, once. */
    public synchronized void failNextForce() {
        failNextForce = true;
    }

    /** The process dies and starts again: nothing is lost, but its handles are. */
    public synchronized void restartProcess() {
        generation++;
    }

    /** The power comes back. What was not made durable is there, or not, or half, as {@code random} decides. */
    public synchronized void restartAfterPowerLoss(Random random) {
        generation++;
        changesUntilPowerLoss = Long.MAX_VALUE;
        failNextForce = false;
        Set<Path> all = new TreeSet<>(names.keySet());
        all.addAll(durableNames.keySet());
        for (Path path : all) {
            Inode found = names.get(path);
            Inode durable = durableNames.get(path);
            Inode kept = found == durable || random.nextBoolean() ? found : durable;
            names.remove(path);
            if (kept != null) {
                kept.losePower(random);
                names.put(path, kept);
            }
        }
        durableNames.clear();
        durableNames.putAll(names);
    }

    public synchronized int forces() {
        return forces;
    }

    public synchronized int writes() {
        return writes;
    }

    public synchronized int reads() {
        return reads;
    }

    public synchronized int directorySyncs() {
        return directorySyncs;
    }

    /** The content of a file, to look at. */
    public synchronized byte[] content(Path file) throws IOException {
        Inode inode = existing(file);
        return Arrays.copyOf(inode.content, inode.size);
    }

    /** Replaces the content of a file, on the disk, too. */
    public synchronized void replace(Path file, byte[] content) throws IOException {
        Inode inode = existing(file);
        inode.content = content.clone();
        inode.size = content.length;
        inode.makeAllDurable();
    }

    /** Another disk with the same files, all durable. */
    public synchronized SimulatedDisk copy() {
        SimulatedDisk copy = new SimulatedDisk();
        copy.directories.addAll(directories);
        names.forEach((path, inode) -> {
            Inode twin = new Inode();
            twin.content = inode.content.clone();
            twin.size = inode.size;
            twin.makeAllDurable();
            copy.names.put(path, twin);
            copy.durableNames.put(path, twin);
        });
        return copy;
    }

    private Inode existing(Path file) throws IOException {
        Inode inode = names.get(file);
        if (inode == null) {
            throw new FileNotFoundException(file.toString());
        }
        return inode;
    }

    /** Counts a change; returns whether it is the one that the power fails with. */
    private boolean change() throws IOException {
        if (changesUntilPowerLoss <= 0) {
            throw new IOException("no power");
        }
        changesUntilPowerLoss--;
        return changesUntilPowerLoss == 0;
    }

    private static void failIf(boolean last) throws IOException {
        if (last) {
            throw new IOException("power lost");
        }
    }

    @Override
    public synchronized void createDirectories(Path directory) {
        directories.add(directory);
    }

    @Override
    public synchronized List<String> list(Path directory) throws IOException {
        if (!directories.contains(directory)) {
            throw new FileNotFoundException(directory.toString());
        }
        return names.keySet().stream()
                .filter(path -> directory.equals(path.getParent()))
                .map(path -> String.valueOf(path.getFileName()))
                .toList();
    }

    @Override
    public synchronized boolean exists(Path file) {
        return names.containsKey(file);
    }

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        boolean last = change();
        Inode inode = new Inode();
        names.put(file, inode);
        failIf(last);
        return new Handle(inode);
    }

    @Override
    public synchronized DiskFile open(Path file) throws IOException {
        return new Handle(existing(file));
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        boolean last = change();
        names.put(to, existing(from));
        names.remove(from);
        failIf(last);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        boolean last = change();
        existing(file);
        names.remove(file);
        failIf(last);
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        directorySyncs++;
        boolean last = change();
        failIf(last);
        durableNames.keySet().removeIf(path -> directory.equals(path.getParent()));
        names.forEach((path, inode) -> {
            if (directory.equals(path.getParent())) {
                durableNames.put(path, inode);
            }
        });
    }

    /** A file's bytes in the cache and on the disk. */
    private static final class Inode {
        byte[] content = new byte[SECTOR_BYTES];
        int size;
        byte[] durable = new byte[0];
        int durableSize;
        /** For each sector written since the last force, what it held after each write, oldest first. */
        final Map<Integer, List<byte[]>> versions = new TreeMap<>();

        void write(byte[] bytes, int position) {
            int end = position + bytes.length;
            if (end > content.length) {
                content = Arrays.copyOf(content, Math.max(end, content.length * 2));
            }
            System.arraycopy(bytes, 0, content, position, bytes.length);
            size = Math.max(size, end);
            for (int sector = position / SECTOR_BYTES; sector * SECTOR_BYTES < end; sector++) {
                versions.computeIfAbsent(sector, s -> new ArrayList<>()).add(sectorOf(content, sector));
            }
        }

        /** Writes back what looks dirty, and only that. */
        void force() {
            durable = Arrays.copyOf(durable, size);
            for (int sector : versions.keySet()) {
                int at = sector * SECTOR_BYTES;
                System.arraycopy(content, at, durable, at, Math.min(SECTOR_BYTES, size - at));
            }
            durableSize = size;
            versions.clear();
        }

        void makeAllDurable() {
            durable = Arrays.copyOf(content, size);
            durableSize = size;
            versions.clear();
        }

        void failForce() {
            versions.clear();
        }

        void losePower(Random random) {
            int newSize = random.nextBoolean() ? size : Math.min(size, durableSize);
            byte[] after = Arrays.copyOf(durable, newSize);
            for (Map.Entry<Integer, List<byte[]>> written : versions.entrySet()) {
                int sector = written.getKey();
                byte[] kept = pick(sectorOf(durable, sector), written.getValue(), random);
                int at = sector * SECTOR_BYTES;
                int length = Math.min(SECTOR_BYTES, newSize - at);
                if (length > 0) {
                    System.arraycopy(kept, 0, after, at, length);
                }
            }
            content = after;
            size = newSize;
            makeAllDurable();
        }

        private static byte[] pick(byte[] old, List<byte[]> versions, Random random) {
            int chosen = random.nextInt(versions.size() + 1) - 1;
            byte[] before = chosen < 0 ? old : versions.get(chosen);
            if (chosen + 1 == versions.size() || random.nextInt(3) != 0) {
                return before;
            }
            byte[] torn = before.clone();
            System.arraycopy(versions.get(chosen + 1), 0, torn, 0, random.nextInt(SECTOR_BYTES));
            return torn;
        }

        private static byte[] sectorOf(byte[] content, int sector) {
            byte[] bytes = new byte[SECTOR_BYTES];
            int at = sector * SECTOR_BYTES;
            int length = Math.max(0, Math.min(SECTOR_BYTES, content.length - at));
            if (length > 0) {
                System.arraycopy(content, at, bytes, 0, length);
            }
            return bytes;
        }
    }

    private final class Handle implements DiskFile {
        private final int openedIn = generation;
        private final Inode inode;
        private boolean closed;

        Handle(Inode inode) {
            this.inode = inode;
        }

        private void requireOpen() throws IOException {
            if (closed || openedIn != generation) {
                throw new IOException("closed");
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                return inode.size;
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                reads++;
                int count = (int) Math.max(0, Math.min(target.remaining(), inode.size - position));
                if (count > 0) {
                    target.put(inode.content, (int) position, count);
                }
                return count;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                writes++;
                boolean last = change();
                byte[] bytes = new byte[source.remaining()];
                source.get(bytes);
                inode.write(bytes, (int) position);
                failIf(last);
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                forces++;
                boolean last = change();
                failIf(last);
                if (failNextForce) {
                    failNextForce = false;
                    inode.failForce();
                    throw new IOException("Input/output error");
                }
                inode.force();
            }
        }

        @Override
        public void close() {
            synchronized (SimulatedDisk.this) {
                closed = true;
            }
        }
    }

    @Override
    public String toString() {
        return "SimulatedDisk" + names.keySet();
    }
}
