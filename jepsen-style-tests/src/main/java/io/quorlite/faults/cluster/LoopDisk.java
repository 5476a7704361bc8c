package io.quorlite.faults.cluster;

import io.quorlite.faults.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * An ext4 file system of its own for one node, in a file that is mounted by loop: it can lose its power and it can be full.
 * Needs root. Not thread-safe.
 */
public final class LoopDisk implements AutoCloseable {
    /** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: the file system stops at once, its journal unwritten. */
    private static final int FILL_TRIES_MAX = 10;

    private static final String SHUTDOWN =
            "open(my $d, '<', $ARGV[0]) or die $!; my $f = pack('L', 2); ioctl($d, 0x8004587d, $f) or die \"ioctl: $!\"";

    private final Path image;
    private final Path mount;

    /** Makes and mounts a new file system. */
    public LoopDisk(Path image, Path mount, long bytes) throws IOException, InterruptedException {
        this.image = image;
        this.mount = mount;
        Files.createDirectories(mount);
        Commands.run("truncate", "-s", Long.toString(bytes), image.toString());
        Commands.run("mkfs.ext4", "-q", "-m", "0", image.toString());
        mount();
    }

    public Path path() {
        return mount;
    }

    /** The power fails: what was not synced is gone. The node's process must be killed before {@link #powerOn}. */
    public void powerOff() throws IOException, InterruptedException {
        Commands.run("perl", "-e", SHUTDOWN, mount.toString());
    }

    public void powerOn() throws IOException, InterruptedException {
        Waiting.until(
                mount + " is not in use", Duration.ofSeconds(10), () -> Commands.succeeds("umount", mount.toString()));
        mount();
    }

    /** Leaves no more than {@code bytesLeft}, by a file that takes the rest. A node that takes some meanwhile is no hindrance. */
    public void fill(long bytesLeft) throws IOException, InterruptedException {
        boolean taken = false;
        for (int tries = 0; !taken && tries < FILL_TRIES_MAX; tries++) {
            long rest = Files.getFileStore(mount).getUsableSpace() - bytesLeft;
            taken = rest <= 0
                    || Commands.succeeds(
                            "fallocate", "-l", Long.toString(rest), balloon().toString());
        }
        if (!taken) {
            throw new IOException("no file takes the rest of " + mount);
        }
    }

    public void empty() throws IOException {
        Files.deleteIfExists(balloon());
    }

    private Path balloon() {
        return mount.resolve("balloon");
    }

    /** Background commits are put off, so that what is not synced is lost for certain. */
    private void mount() throws IOException, InterruptedException {
        Commands.run("mount", "-o", "loop,commit=600", image.toString(), mount.toString());
    }

    @Override
    public void close() throws IOException {
        try {
            Waiting.until(
                    mount + " is not in use",
                    Duration.ofSeconds(10),
                    () -> Commands.succeeds("umount", mount.toString()));
            Files.deleteIfExists(image);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
