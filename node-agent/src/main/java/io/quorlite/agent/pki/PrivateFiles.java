package io.quorlite.agent.pki;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Small files that are replaced as a whole and durably, with their permissions set before a byte is in them. */
final class PrivateFiles {
    static final String OWNER_ONLY = "rw-------";
    static final String READABLE = "rw-r--r--";

    private PrivateFiles() {}

    static void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                syncDirectory(parent);
            }
        }
    }

    static void replace(Path directory, String name, String text, String permissions) throws IOException {
        Path aside = directory.resolve(name + ".new");
        Files.deleteIfExists(aside);
        try (FileChannel channel = FileChannel.open(
                aside,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)))) {
            ByteBuffer rest = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        rename(directory, name + ".new", name);
    }

    static void rename(Path directory, String from, String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(directory);
    }

    static void delete(Path directory, String name) throws IOException {
        if (Files.deleteIfExists(directory.resolve(name))) {
            syncDirectory(directory);
        }
    }

    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
