package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.Commands;
import io.quorlite.faults.cluster.LoopDisk;
import io.quorlite.faults.cluster.WallClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What this machine can do to a node; each is tried, not guessed. Thread-safe once made. */
public final class Capabilities {
    /** What a fault may need. */
    public enum Need {
        /** File systems of their own, which can lose their power. */
        DISKS,
        /** Wall clocks of their own. */
        CLOCKS,
        /** Calls of the operating system that fail or take long. */
        SYSCALLS
    }

    private final Map<Need, String> missing = new EnumMap<>(Need.class);

    private Capabilities() {}

    /** Tries everything out, below {@code scratch}. */
    public static Capabilities probe(Path scratch) throws InterruptedException {
        Capabilities found = new Capabilities();
        found.note(Need.DISKS, disks(scratch));
        found.note(Need.CLOCKS, clocks(scratch));
        found.note(
                Need.SYSCALLS,
                Commands.succeeds("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "true")
                        ? null
                        : "strace is not installed, or may not trace here");
        return found;
    }

    /** Why a need cannot be met, in words; null where it can. */
    public @Nullable String missing(Need need) {
        return missing.get(need);
    }

    private void note(Need need, @Nullable String problem) {
        if (problem != null) {
            missing.put(need, problem);
        }
    }

    private static @Nullable String clocks(Path scratch) throws InterruptedException {
        try {
            return WallClock.problem(WallClock.compile(scratch.resolve("probe-clock")));
        } catch (IOException e) {
            return "a wall clock of one's own cannot be made (Debian's package gcc): " + e.getMessage();
        }
    }

    private static @Nullable String disks(Path scratch) throws InterruptedException {
        Path mount = scratch.resolve("probe");
        try (LoopDisk disk = new LoopDisk(scratch.resolve("probe.img"), mount, 16L << 20)) {
            Path file = disk.path().resolve("unsynced");
            Files.writeString(file, "what was not synced must be gone");
            disk.powerOff();
            disk.powerOn();
            return Files.exists(file) ? "a stopped file system keeps what was not synced" : null;
        } catch (IOException e) {
            return "a file system cannot be mounted by loop and stopped: " + e.getMessage();
        }
    }
}
