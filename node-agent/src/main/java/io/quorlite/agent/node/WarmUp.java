package io.quorlite.agent.node;

import io.quorlite.agent.admin.AdminClient;
import io.quorlite.agent.admin.ClusterStatus;
import io.quorlite.agent.admin.Endpoint;
import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.Key;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Op;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A short life of a node in a directory of its own, for the JVM to remember which classes a node loads. The launcher has it done once for each
 * build, after which nodes start in about half the time.
 */
public final class WarmUp {
    private WarmUp() {}

    public static void run() throws Exception {
        Path directory = Files.createTempDirectory("node-agent-warm-up");
        try {
            run(directory);
        } finally {
            delete(directory);
        }
    }

    private static void run(Path directory) throws Exception {
        Map<Key, String> settings = new EnumMap<>(Key.class);
        settings.put(Key.NAME, "warm-up");
        settings.put(Key.TLS_MODE, "auto");
        settings.put(Key.ADVERTISE_HOST, "127.0.0.1");
        settings.put(Key.LISTEN_CLIENT, "127.0.0.1:0");
        settings.put(Key.LISTEN_PEER, "127.0.0.1:" + freePort());
        settings.put(Key.LISTEN_ADMIN, "127.0.0.1:0");
        Configuration configuration = Configuration.load(settings, Map.of(), directory.resolve("none.yaml"));
        AgentLogging.setLevel(configuration);
        DataFolder folder = new DataFolder(directory);
        NodeSettings node = NodeSettings.of(configuration, folder.root(), "", "quorlite-cluster");
        try (Node running = Node.start(node, configuration, () -> configuration)) {
            Bytes key = Bytes.utf8("warm-up");
            running.store().put(Op.Put.of(key, key)).get(10, TimeUnit.SECONDS);
            new AdminClient(new Endpoint.Local(folder.adminSocket()), null)
                    .get("/v1/status", ClusterStatus.class, Duration.ofSeconds(10));
        }
    }

    /** Others are told of it, so it must be one. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
