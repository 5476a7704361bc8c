package io.quorlite.raft.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system as the stores of this package see it. A change to a directory (a file made, renamed or removed) survives a
 * crash for certain only after {@link #syncDirectory}. Thread-safe.
 */
public interface Disk {
    /** The file system of this machine. */
    static Disk local() {
        return LocalDisk.INSTANCE;
    }

    /** Makes {@code directory} and what is missing above it, durably. Does nothing where it exists. */
    void createDirectories(Path directory) throws IOException;

    /** The names of the files in {@code directory}, sorted. */
    List<String> list(Path directory) throws IOException;

    boolean exists(Path file) throws IOException;

    /** Makes an empty file, in place of any that has this name. */
    DiskFile create(Path file) throws IOException;

    /** Opens a file that exists, for reading and writing. */
    DiskFile open(Path file) throws IOException;

    /** Renames within one directory, atomically. */
    void rename(Path from, Path to) throws IOException;

    void delete(Path file) throws IOException;

    /** Makes the names in {@code directory} durable. */
    void syncDirectory(Path directory) throws IOException;
}
