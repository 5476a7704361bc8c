package io.quorlite.agent.sysinfo;

import io.quorlite.agent.config.Sizes;
import io.quorlite.agent.sysinfo.Finding.Verdict;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Looks at memory, disk, ports, clock and limits. Writes a small file into the data directory's file system and removes it. */
public final class HostChecks {
    private static final int FSYNCS = 200;
    private static final Duration FSYNC_TIME_MAX = Duration.ofSeconds(2);
    private static final double FSYNC_WARN_MILLIS = 10;
    private static final double FSYNC_REJECT_MILLIS = 100;
    private static final long MEMORY_MIN = 512L << 20;
    private static final long DISK_MIN = 256L << 20;
    private static final long DISK_WARN = 5L << 30;
    private static final long FILES_MIN = 4_096;
    private static final Set<String> VOLATILE_FILE_SYSTEMS = Set.of("tmpfs", "ramfs");
    private static final Set<String> NETWORK_FILE_SYSTEMS = Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs");

    private final Path directory;
    private final List<PeerAddress> ports;
    private final boolean forced;
    private final boolean starting;

    /**
     * @param directory the data directory; where it is missing, its nearest parent is looked at
     * @param ports what the node will listen on; empty where it runs and has them
     * @param forced whether file systems that lose or delay data are accepted with a warning
     */
    public HostChecks(Path directory, List<PeerAddress> ports, boolean forced) {
        this(directory, ports, forced, false);
    }

    /**
     * The checks before a start: what was measured once, on a disk that others may have been busy with, is no reason to refuse; what makes
     * the start impossible is.
     */
    public static HostChecks beforeStart(Path directory, List<PeerAddress> ports) {
        return new HostChecks(directory, ports, false, true);
    }

    private HostChecks(Path directory, List<PeerAddress> ports, boolean forced, boolean starting) {
        this.starting = starting;
        this.directory = existing(directory.toAbsolutePath().normalize());
        this.ports = List.copyOf(ports);
        this.forced = forced;
    }

    /** Runs all checks, which takes two seconds at most on a disk that is worth it. */
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        findings.add(java());
        findings.add(processors());
        findings.add(memory());
        findings.add(openFiles());
        findings.add(fileSystem());
        findings.add(diskSpace());
        findings.add(fsync());
        findings.add(clock());
        findings.add(hostName());
        ports.forEach(port -> findings.add(port(port)));
        return findings;
    }

    /** {@code 9 passed, 1 warning (…)}. */
    public static String summary(List<Finding> findings) {
        long passed = count(findings, Verdict.PASS);
        long warnings = count(findings, Verdict.WARN);
        long rejected = count(findings, Verdict.REJECT);
        String text = passed + " passed";
        if (warnings > 0) {
            text += ", " + warnings + (warnings == 1 ? " warning" : " warnings");
        }
        if (rejected > 0) {
            text += ", " + rejected + " not met";
        }
        String first = findings.stream()
                .filter(finding -> finding.verdict() != Verdict.PASS)
                .max(java.util.Comparator.comparing(Finding::verdict))
                .map(finding -> " (" + finding.name() + " " + finding.value() + "; see: node-agent sysinfo)")
                .orElse("");
        return text + first;
    }

    public static long count(List<Finding> findings, Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }

    private static Path existing(Path path) {
        Path candidate = path;
        while (!Files.isDirectory(candidate) && candidate.getParent() != null) {
            candidate = candidate.getParent();
        }
        return candidate;
    }

    private static Finding java() {
        return Finding.pass(
                "Java", System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")");
    }

    private static Finding processors() {
        int processors = Runtime.getRuntime().availableProcessors();
        return processors >= 2
                ? Finding.pass("processors", String.valueOf(processors))
                : Finding.warn("processors", String.valueOf(processors), "two or more keep elections quiet under load");
    }

    private static Finding memory() {
        if (!(ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system)) {
            return Finding.warn("memory", "unknown", "this JVM does not tell");
        }
        long bytes = system.getTotalMemorySize(); // a container's limit where there is one
        String value = Sizes.words(bytes);
        return bytes >= MEMORY_MIN
                ? Finding.pass("memory", value)
                : Finding.reject("memory", value, "a node needs 512 MiB");
    }

    private static Finding openFiles() {
        if (!(ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.UnixOperatingSystemMXBean system)) {
            return Finding.warn("open files", "unknown", "this JVM does not tell");
        }
        long limit = system.getMaxFileDescriptorCount();
        return limit >= FILES_MIN
                ? Finding.pass("open files", String.valueOf(limit))
                : Finding.warn("open files", String.valueOf(limit), "each client takes one; raise it: ulimit -n 65536");
    }

    private Finding fileSystem() {
        String type;
        try {
            type = Files.getFileStore(directory).type();
        } catch (IOException e) {
            return Finding.warn("file system", "unknown", String.valueOf(e.getMessage()));
        }
        if (VOLATILE_FILE_SYSTEMS.contains(type)) {
            return bad("file system", type, "what is in memory is gone with the power; put the data on a disk");
        }
        if (NETWORK_FILE_SYSTEMS.contains(type)) {
            return bad("file system", type, "locks and syncs of network file systems cannot be relied on");
        }
        return type.equals("overlay")
                ? Finding.warn("file system", type, "a container's own layer goes with the container; use a volume")
                : Finding.pass("file system", type);
    }

    private Finding bad(String name, String value, String advice) {
        return forced ? Finding.warn(name, value, advice) : Finding.reject(name, value, advice);
    }

    private Finding diskSpace() {
        try {
            FileStore store = Files.getFileStore(directory);
            long free = store.getUsableSpace();
            String value = Sizes.words(free) + " free of " + Sizes.words(store.getTotalSpace());
            if (free < DISK_MIN) {
                return Finding.reject("disk space", value, "a node needs 256 MiB to start with");
            }
            return free < DISK_WARN
                    ? Finding.warn("disk space", value, "5 GB or more leave room for the log and for copies")
                    : Finding.pass("disk space", value);
        } catch (IOException e) {
            return Finding.warn("disk space", "unknown", String.valueOf(e.getMessage()));
        }
    }

    /** What every write waits for: the 99th percentile of small synced writes. */
    private Finding fsync() {
        Path file =
                directory.resolve(".node-agent-fsync-" + ProcessHandle.current().pid());
        try {
            return fsync(fsyncMillis(file));
        } catch (IOException e) {
            return Finding.reject("fsync", "failed", directory + ": " + e);
        }
    }

    /** What a 99th percentile of so many milliseconds means. */
    Finding fsync(double millis) {
        String value = String.format(Locale.ROOT, "p99 %.1f ms", millis);
        if (millis > FSYNC_REJECT_MILLIS) {
            String advice = "with such a disk elections fail, unless only other work held it up";
            return starting
                    ? Finding.warn("fsync", value + " > 100 ms", advice)
                    : bad("fsync", value + " > 100 ms", advice);
        }
        return millis > FSYNC_WARN_MILLIS
                ? Finding.warn("fsync", value + " > 10 ms", "every write waits for it")
                : Finding.pass("fsync", value);
    }

    private static double fsyncMillis(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            ByteBuffer block = ByteBuffer.allocate(2_300);
            long[] nanos = new long[FSYNCS];
            long stopNanos = System.nanoTime() + FSYNC_TIME_MAX.toNanos();
            int done = 0;
            while (done < FSYNCS && (done < 10 || System.nanoTime() < stopNanos)) {
                long start = System.nanoTime();
                channel.write(block.clear());
                channel.force(false);
                nanos[done++] = System.nanoTime() - start;
            }
            Arrays.sort(nanos, 0, done);
            return nanos[Math.min(done - 1, (int) (done * 0.99))] / 1e6;
        }
    }

    private static Finding clock() {
        boolean synchronised = Files.exists(Path.of("/run/systemd/timesync/synchronized"))
                || Files.exists(Path.of("/run/chrony/chronyd.pid"))
                || Files.exists(Path.of("/run/chronyd.pid"))
                || Files.exists(Path.of("/run/ntpd.pid"));
        return synchronised
                ? Finding.pass("clock", "synchronised")
                : Finding.warn("clock", "no time service found", "certificates need clocks that agree to minutes");
    }

    private static Finding hostName() {
        try {
            String name = InetAddress.getLocalHost().getHostName();
            return Finding.pass("host name", name);
        } catch (IOException e) {
            return Finding.warn("host name", "does not resolve", "give --name and --advertise");
        }
    }

    private static Finding port(PeerAddress address) {
        String name = "port " + address.port();
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address.host(), address.port()));
            return Finding.pass(name, "free on " + address.host());
        } catch (IOException e) {
            return Finding.reject(name, "not free on " + address.host(), String.valueOf(e.getMessage()));
        }
    }
}
