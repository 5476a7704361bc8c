package io.quorlite.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a database file in the place of another so that a crash at any point leaves the one or the other, whole. Stateless.
 *
 * <p>The danger is the WAL: SQLite would replay the old database's WAL into the new file. So the switch is decided by one
 * rename, after which start-up always rolls forward:
 *
 * <pre>
 *   1. copy      -> X.install   atomic rename, directory synced: decided
 *   2. X-wal, X-shm, X-journal  deleted, directory synced: nothing left that could be replayed
 *   3. X.install -> X           atomic rename over the old file, directory synced: done
 * </pre>
 */
final class DatabaseFiles {
    private static final Logger log = LoggerFactory.getLogger(DatabaseFiles.class);

    private DatabaseFiles() {}

    static Path sibling(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** Puts {@code copy}, verified and on the same file system, in the place of {@code file}, which nobody has open. */
    static void replace(Path copy, Path file) throws IOException {
        sync(copy);
        Files.move(copy, sibling(file, ".install"), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(file);
        finishInstall(file);
    }

    /** Finishes a replacement that was decided. Before every opening. */
    static void finishInstall(Path file) throws IOException {
        Path decided = sibling(file, ".install");
        if (!Files.exists(decided)) {
            return;
        }
        for (String suffix : new String[] {"-wal", "-shm", "-journal"}) {
            Files.deleteIfExists(sibling(file, suffix));
        }
        syncDirectory(file);
        Files.move(decided, file, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(file);
        log.info("installed database {} bytes={}", file, Files.size(file));
    }

    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Syncs the directory {@code file} is in, so that the file's entry survives. */
    static void syncDirectory(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException("no directory: " + file);
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
