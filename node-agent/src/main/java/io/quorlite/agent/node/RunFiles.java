package io.quorlite.agent.node;

import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** What is there while a node runs: the directory of its sockets, and the file with its process id. */
final class RunFiles implements AutoCloseable {
    private final DataFolder folder;

    private RunFiles(DataFolder folder) {
        this.folder = folder;
    }

    /** To be called once the data directory is this process's alone. */
    static RunFiles create(DataFolder folder) throws IOException {
        Files.createDirectories(folder.run());
        Files.setPosixFilePermissions(folder.run(), PosixFilePermissions.fromString("rwxr-x---"));
        Path elsewhere = folder.shortRunIfNeeded();
        if (elsewhere != null) {
            createPrivate(elsewhere);
        }
        Files.writeString(folder.pid(), ProcessHandle.current().pid() + "\n");
        return new RunFiles(folder);
    }

    /** In a directory that all may write to, somebody else may have been first. */
    private static void createPrivate(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        String owner = Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).getName();
        String permissions =
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS));
        if (!owner.equals(System.getProperty("user.name")) || !permissions.equals("rwx------")) {
            throw new Refusal(
                    ExitCode.REFUSED_UNSAFE,
                    "Refused: the sockets' directory " + directory + " belongs to " + owner + " (" + permissions
                            + "). Remove it, or use a shorter --data-dir.");
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(folder.adminSocket());
        Files.deleteIfExists(folder.etcdSocket());
        Files.deleteIfExists(folder.pid());
        Path elsewhere = folder.shortRunIfNeeded();
        if (elsewhere != null) {
            Files.deleteIfExists(elsewhere);
        }
    }
}
