package io.quorlite.agent.config;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the agent keeps in a node's data directory, beside the datastore's own.
 *
 * <pre>
 * config.yaml, config.d/   settings, written by init and join
 * pki/                     certificates and keys
 * run/                     admin.sock, etcd.sock, pid: while the node runs
 * node.log                 what a node in the background says
 * removed                  why this node is a member no more
 * </pre>
 */
public record DataFolder(Path root) {
    /** Longer paths do not fit into a socket's address on Linux. */
    private static final int SOCKET_PATH_BYTES_MAX = 107;

    public DataFolder {
        root = root.toAbsolutePath().normalize();
    }

    /** The directory of a command that names none: the system's for root, else the user's. */
    public static DataFolder byDefault(Map<String, String> environment) {
        String named = environment.get(Key.DATA_DIR.variable());
        if (named != null && !named.isBlank()) {
            return new DataFolder(Path.of(named));
        }
        if (System.getProperty("user.name").equals("root")) {
            return new DataFolder(Path.of("/var/lib/node-agent"));
        }
        return new DataFolder(Path.of(System.getProperty("user.home"), ".local", "share", "node-agent"));
    }

    public Path config() {
        return root.resolve(Configuration.FILE);
    }

    public Path pki() {
        return root.resolve("pki");
    }

    public Path run() {
        return root.resolve("run");
    }

    public Path pid() {
        return run().resolve("pid");
    }

    public Path log() {
        return root.resolve("node.log");
    }

    /** Where the launcher keeps its archive of loaded classes where it can have no other place. */
    public Path cache() {
        return root.resolve("cache");
    }

    public Path removedMarker() {
        return root.resolve("removed");
    }

    public Path adminSocket() {
        return socket("admin.sock");
    }

    public Path etcdSocket() {
        return socket("etcd.sock");
    }

    /** Whether init or join has been here. */
    public boolean isInitialised() {
        return Files.exists(config());
    }

    /** Whether there is data of a datastore in it. */
    public boolean hasData() {
        return Files.exists(root.resolve("identity")) || Files.exists(root.resolve("raft"));
    }

    /** Below the directory where the path fits, else at a short one that follows from it. */
    private Path socket(String name) {
        Path path = run().resolve(name);
        if (path.toString().getBytes(StandardCharsets.UTF_8).length <= SOCKET_PATH_BYTES_MAX) {
            return path;
        }
        Path brief = shortRun().resolve(name);
        if (brief.toString().getBytes(StandardCharsets.UTF_8).length > SOCKET_PATH_BYTES_MAX) {
            throw new Refusal(
                    ExitCode.USAGE,
                    "the path of the socket is too long, and so is " + brief + ": a Unix socket's has at most "
                            + SOCKET_PATH_BYTES_MAX + " bytes. Use a shorter --data-dir.");
        }
        return brief;
    }

    /** Where sockets are when the directory's own path is too long for them. */
    public Path shortRun() {
        return Path.of(System.getProperty("java.io.tmpdir"), "node-agent-" + digest());
    }

    /** The directories that sockets need, to be made readable for nobody else. */
    public @Nullable Path shortRunIfNeeded() {
        return adminSocket().startsWith(run()) ? null : shortRun();
    }

    private String digest() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(root.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
