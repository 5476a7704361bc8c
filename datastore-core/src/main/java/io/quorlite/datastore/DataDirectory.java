package io.quorlite.datastore;

import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.RemovedFromClusterException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's directory, held by this process alone until it is closed.
 *
 * <pre>
 * lock       locked while a process has the directory open; contains its pid
 * VERSION    the format of what is in here
 * identity   {@link MemberIdentity}; identity.before-<cluster id> is one that held before {@link QuorumLoss}
 * raft/      log and votes
 * db/        the SQLite database
 * removed    that the member was removed from its cluster, and how it heard of it; it is not opened any more
 * staging/   files on their way to or from other members; emptied at start
 * </pre>
 */
final class DataDirectory implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DataDirectory.class);
    private static final String FORMAT = "quorlite 1\n";
    private static final String REMOVED = "removed";

    private final Path root;
    private final FileChannel lockFile;
    private final FileLock lock;
    private MemberIdentity identity; // changes only while nothing else runs on the directory

    private DataDirectory(Path root, FileChannel lockFile, FileLock lock, MemberIdentity identity) {
        this.root = root;
        this.lockFile = lockFile;
        this.lock = lock;
        this.identity = identity;
    }

    /**
     * Opens the directory that {@code config} names and makes it where it is missing.
     *
     * @throws IOException if another process has it, if it belongs to another member or cluster, or if it cannot be read
     */
    @SuppressWarnings("resource") // the channel belongs to the directory from here on
    static DataDirectory open(DatastoreConfig config) throws IOException {
        MemberIdentity configured = MemberIdentity.of(config);
        Path root = config.directory().toAbsolutePath().normalize();
        createDurably(root);
        FileChannel lockFile = FileChannel.open(
                root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = lock(root, lockFile);
            checkFormat(root);
            checkNotRemoved(root);
            MemberIdentity identity = identify(root, configured, config);
            DataDirectory directory = new DataDirectory(root, lockFile, lock, identity);
            directory.layOut();
            QuorumLoss.complete(directory);
            return directory;
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    /**
     * Opens the directory of a member that does not run, as it is.
     *
     * @throws IOException if a process has it, or if no member's data is in it
     */
    @SuppressWarnings("resource") // the channel belongs to the directory from here on
    static DataDirectory openStopped(Path directory) throws IOException {
        Path root = directory.toAbsolutePath().normalize();
        if (!Files.exists(root.resolve("VERSION")) || !Files.exists(root.resolve("identity"))) {
            throw new IOException("there is no member's data in " + root);
        }
        FileChannel lockFile = FileChannel.open(
                root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = tryLock(lockFile);
            if (lock == null) {
                throw inUse(root, lockFile);
            }
            checkFormat(root);
            checkNotRemoved(root);
            MemberIdentity identity = MemberIdentity.decode(Files.readAllBytes(root.resolve("identity")));
            return new DataDirectory(root, lockFile, lock, identity);
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    /** Keeps the identity beside the one that is to follow. */
    void keepIdentity() throws IOException {
        writeDurably(root.resolve("identity.before-" + hex(identity.clusterId())), identity.encode());
    }

    /** Makes this the directory of {@code next}, durably. */
    void become(MemberIdentity next) throws IOException {
        writeDurably(root.resolve("identity"), next.encode());
        identity = next;
    }

    MemberIdentity identity() {
        return identity;
    }

    Path raft() {
        return root.resolve("raft");
    }

    Path database() {
        return root.resolve("db");
    }

    Path staging() {
        return root.resolve("staging");
    }

    @Override
    public void close() throws IOException {
        lock.close();
        lockFile.close();
    }

    private static FileLock lock(Path root, FileChannel lockFile) throws IOException {
        FileLock lock = tryLock(lockFile);
        if (lock == null) {
            throw inUse(root, lockFile);
        }
        byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        lockFile.truncate(0).write(ByteBuffer.wrap(pid), 0);
        return lock;
    }

    private static IOException inUse(Path root, FileChannel lockFile) throws IOException {
        return new IOException(
                "the data directory " + root + " is in use by " + holder(lockFile) + "; stop that one first");
    }

    private static @Nullable FileLock tryLock(FileChannel lockFile) throws IOException {
        try {
            return lockFile.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this process holds it itself
        }
    }

    private static String holder(FileChannel lockFile) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(32);
        lockFile.read(content, 0);
        String pid = new String(content.array(), 0, content.position(), StandardCharsets.US_ASCII).strip();
        return pid.isEmpty() ? "another process" : "process " + pid;
    }

    private static void checkFormat(Path root) throws IOException {
        Path version = root.resolve("VERSION");
        if (!Files.exists(version)) {
            if (Files.exists(root.resolve("identity")) || hasFiles(root.resolve("raft"))) {
                throw new IOException("the data directory " + root + " has data in it but no VERSION file");
            }
            writeDurably(version, FORMAT.getBytes(StandardCharsets.US_ASCII));
            return;
        }
        String format = Files.readString(version, StandardCharsets.US_ASCII);
        if (!format.equals(FORMAT)) {
            throw new IOException("the data directory " + root + " has the format '" + format.strip()
                    + "'; this version reads '" + FORMAT.strip() + "'");
        }
    }

    private static void checkNotRemoved(Path root) throws IOException {
        Path removed = root.resolve(REMOVED);
        if (Files.exists(removed)) {
            throw new RemovedFromClusterException(Files.readString(removed).strip() + ". Its data is still in " + root
                    + "; to join a cluster again, start with an empty directory");
        }
    }

    /** Makes the directory one that is not opened any more. */
    void markRemoved(String how) {
        try {
            writeDurably(root.resolve(REMOVED), (how + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            log.error("cannot mark {} as removed: the next start will be refused by the other members only", root, e);
        }
    }

    private static MemberIdentity identify(Path root, MemberIdentity configured, DatastoreConfig config)
            throws IOException {
        Path file = root.resolve("identity");
        if (!Files.exists(file)) {
            if (hasFiles(root.resolve("raft")) || hasFiles(root.resolve("db"))) {
                throw new IOException("the data directory " + root + " has data in it but no identity file");
            }
            configured.self(); // a newcomer without an address is told so before it has an identity
            writeDurably(file, configured.encode());
            return configured;
        }
        MemberIdentity stored = MemberIdentity.decode(Files.readAllBytes(file));
        requireSame(root, "cluster token", stored.clusterToken(), configured.clusterToken());
        requireSame(root, "member name", stored.name(), configured.name());
        if (!config.peers().isEmpty()) { // without them the stored ones hold
            requireSame(root, "cluster", describeCluster(stored), describeCluster(configured));
            requireSame(root, "member id", hex(stored.memberId()), hex(configured.memberId()));
        } else if (config.invitation() != null) {
            requireSame(root, "cluster", hex(stored.clusterId()), hex(configured.clusterId()));
            requireSame(root, "member id", hex(stored.memberId()), hex(configured.memberId()));
        }
        return addressed(file, stored, config.peerAdvertise());
    }

    /** What a member is told of its own address holds from now on, also at starts that do not say it. */
    private static MemberIdentity addressed(Path file, MemberIdentity stored, @Nullable PeerAddress advertised)
            throws IOException {
        if (advertised == null || advertised.equals(stored.address())) {
            return stored;
        }
        MemberIdentity addressed = stored.withAddress(advertised);
        writeDurably(file, addressed.encode());
        return addressed;
    }

    private static void requireSame(Path root, String what, String stored, String configured) throws IOException {
        if (!stored.equals(configured)) {
            throw new IOException("the data directory " + root + " belongs to another " + what + ": it has " + stored
                    + ", the configuration says " + configured);
        }
    }

    private static String describeCluster(MemberIdentity identity) {
        return hex(identity.clusterId()) + " of "
                + identity.initialMembers().stream()
                        .map(member -> member.name() + "=" + member.peerAddress())
                        .toList();
    }

    private static String hex(long id) {
        return MemberIdentity.hex(id);
    }

    private void layOut() throws IOException {
        makePrivate(raft());
        makePrivate(database());
        makePrivate(staging());
        try (Stream<Path> leftovers = Files.list(staging())) {
            for (Path leftover : leftovers.toList()) {
                Files.delete(leftover);
            }
        }
        sync(root);
    }

    /** Keys and values are nobody else's to read; also those of a directory that an older build made. */
    private static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(directory);
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private static boolean hasFiles(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isPresent();
        }
    }

    private static void createDurably(Path root) throws IOException {
        if (Files.isDirectory(root)) {
            return;
        }
        Path existing = root;
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        Files.createDirectories(root);
        for (Path made = root; made != null && !made.equals(existing); made = made.getParent()) {
            sync(made.getParent());
        }
    }

    /** Write aside, sync, rename, sync the directory: the file is there whole or not at all. */
    private static void writeDurably(Path file, byte[] content) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        sync(file.getParent());
    }

    private static void sync(@Nullable Path directory) throws IOException {
        if (directory == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
