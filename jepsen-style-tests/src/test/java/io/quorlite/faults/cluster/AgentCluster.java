package io.quorlite.faults.cluster;

import io.quorlite.faults.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Hosts of one cluster, each with an address of its own in a loopback network drawn by lot, on which all nodes use the usual ports. All that
 * runs on them is killed at the end, and what it wrote is removed. Not thread-safe.
 */
final class AgentCluster implements AutoCloseable {
    private final Path folder;
    private final String network;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<AgentNode> nodes = new ArrayList<>();

    private AgentCluster(Path folder, String network) {
        this.folder = folder;
        this.network = network;
    }

    static AgentCluster create() throws IOException, InterruptedException {
        Random random = new Random();
        return new AgentCluster(
                Files.createTempDirectory("cluster"),
                "127." + (10 + random.nextInt(200)) + "." + random.nextInt(250) + ".");
    }

    /** A cluster of so many members, all of them healthy. */
    static AgentCluster of(int size, String... init) throws Exception {
        AgentCluster cluster = create();
        try {
            cluster.node(1).init(init);
            for (int i = 2; i <= size; i++) {
                cluster.node(i).joinBy(cluster.node(1));
            }
            return cluster;
        } catch (Exception | AssertionError e) {
            cluster.close();
            throw e;
        }
    }

    /** The host with this number, from 1 on, with nothing on it at first. */
    AgentNode node(int number) {
        while (nodes.size() < number) {
            int next = nodes.size() + 1;
            nodes.add(new AgentNode(folder, "n" + next, network + (10 + next), environment));
        }
        return nodes.get(number - 1);
    }

    AgentNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** A host at another address. */
    AgentNode host(String name, String address) {
        AgentNode host = new AgentNode(folder, name, address, environment);
        nodes.add(host);
        return host;
    }

    List<AgentNode> nodes(int... numbers) {
        List<AgentNode> some = new ArrayList<>();
        for (int number : numbers) {
            some.add(node(number));
        }
        return some;
    }

    List<AgentNode> nodes() {
        return List.copyOf(nodes);
    }

    /** The node that the running ones take for the leader, once they know one that runs. */
    AgentNode leader() throws InterruptedException {
        AtomicReference<AgentNode> found = new AtomicReference<>();
        Waiting.until("a leader", Duration.ofSeconds(60), () -> {
            for (AgentNode node : nodes) {
                if (node.process().isPresent()) {
                    String name = node.leader();
                    if (!name.isEmpty() && node(name).process().isPresent()) {
                        found.set(node(name));
                        return true;
                    }
                }
            }
            return false;
        });
        return Objects.requireNonNull(found.get());
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() throws Exception {
        Exception failure = null;
        for (AgentNode node : nodes) {
            try {
                node.close();
            } catch (Exception e) {
                failure = e; // the others must go nevertheless
            }
        }
        // one that has not yet written who it is
        ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(folder + "/"))
                .forEach(ProcessHandle::destroyForcibly);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
