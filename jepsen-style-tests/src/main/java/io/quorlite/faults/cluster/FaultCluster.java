package io.quorlite.faults.cluster;

import io.grpc.StatusRuntimeException;
import io.quorlite.etcd.proto.rpc.StatusResponse;
import io.quorlite.faults.NodeProcess;
import io.quorlite.faults.Waiting;
import io.quorlite.faults.client.ClientKeys;
import io.quorlite.faults.client.NodeClient;
import io.quorlite.faults.client.Worker;
import io.quorlite.testing.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Members of one cluster, each a process, whose links, disks and clocks can be harmed. Workers and the nemesis use it at the
 * same time; only the nemesis starts and stops nodes.
 */
public final class FaultCluster implements Worker.Cluster, AutoCloseable {
    private static final Duration STATUS_DEADLINE = Duration.ofSeconds(1);
    private static final long DISK_BYTES = 256L << 20;
    /** {@code init} and {@code join} want as much as the other is in all to be free. */
    private static final long JOINING_DISK_BYTES = 384L << 20;

    private static final int CLIENT_PORT = 2379;

    /**
     * What is started.
     *
     * @param launcher the node agent's
     * @param folder where everything of the run is: {@code logs} of the nodes, their {@code data} or their disks
     * @param disks whether each node gets a file system of its own
     * @param clocks whether each node gets a clock of its own
     * @param joining whether it is made by {@code init} and {@code join}, so that members can go and come, in TLS; its links
     *     are then out of reach
     * @param javaOptions further options for the JVM of each node, by its number; empty for none
     */
    public record Plan(
            Path launcher,
            Path folder,
            int nodes,
            List<String> options,
            boolean disks,
            boolean clocks,
            int rate,
            boolean joining,
            List<String> javaOptions) {
        public Plan {
            options = List.copyOf(options);
            javaOptions = List.copyOf(javaOptions);
        }
    }

    private final Plan plan;
    private final @Nullable PeerNetwork network;
    private final @Nullable Joining joining;
    private final Path home;
    private final Path wallClocks;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<NodeClient> clients = new ArrayList<>();
    private final List<@Nullable LoopDisk> disks = new ArrayList<>();
    private final List<WallClock> clocks = new ArrayList<>();
    private final Turns turns;
    private final Thread endedEarly = new Thread(this::stopAll, "stop-cluster");

    public FaultCluster(Plan plan) throws IOException, InterruptedException {
        this.plan = plan;
        this.turns = new Turns(plan.rate());
        wallClocks = plan.clocks() ? WallClock.compile(plan.folder()) : plan.folder();
        Runtime.getRuntime().addShutdownHook(endedEarly);
        home = plan.joining() ? temporaryHome() : plan.folder().resolve("data");
        if (plan.joining()) {
            network = null;
            String addresses = Joining.drawNetwork();
            for (int i = 0; i < plan.nodes(); i++) {
                NodeProcess node = add(plan.options());
                ClientKeys keys = new ClientKeys(node.dataDirectory().resolve("pki"));
                clients.add(new NodeClient(name(i), Joining.address(addresses, i), CLIENT_PORT, keys));
            }
            joining = new Joining(plan.launcher(), plan.folder().resolve("logs"), nodes, addresses);
        } else {
            joining = null;
            network = staticMembers();
        }
    }

    /** Nodes that know each other from their command lines, in plain text, through {@link PeerNetwork}. */
    private PeerNetwork staticMembers() throws IOException, InterruptedException {
        List<Integer> clientPorts = FreePorts.draw(plan.nodes());
        List<Integer> peerPorts = FreePorts.draw(plan.nodes());
        PeerNetwork links = new PeerNetwork(peerPorts);
        List<String> members = IntStream.range(0, plan.nodes())
                .mapToObj(i -> name(i) + "=127.0.0.1:" + links.port(i))
                .toList();
        for (int i = 0; i < plan.nodes(); i++) {
            List<String> options = new ArrayList<>(List.of(
                    "--listen-client", "127.0.0.1:" + clientPorts.get(i),
                    "--listen-peer", "127.0.0.1:" + peerPorts.get(i),
                    "--initial-cluster", String.join(",", members)));
            options.addAll(plan.options());
            add(options);
            clients.add(new NodeClient(name(i), "127.0.0.1", clientPorts.get(i)));
        }
        return links;
    }

    private NodeProcess add(List<String> options) throws IOException, InterruptedException {
        int i = nodes.size();
        NodeProcess node =
                new NodeProcess(name(i), plan.launcher(), plan.folder().resolve("logs"), options);
        nodes.add(node);
        LoopDisk disk = plan.disks() ? disk(i) : null;
        disks.add(disk);
        node.keepDataIn(disk == null ? home : disk.path());
        if (i < plan.javaOptions().size()) {
            node.setEnvironment("NODE_AGENT_JAVA_OPTIONS", plan.javaOptions().get(i));
        }
        if (plan.clocks()) {
            WallClock clock = new WallClock(wallClocks, plan.folder().resolve(name(i) + ".clock"));
            clock.environment().forEach(node::setEnvironment);
            clocks.add(clock);
        }
        return node;
    }

    /** Not in the run's folder, whose path is too long for a socket's; a link there leads to it. */
    private Path temporaryHome() throws IOException {
        Path made = Files.createTempDirectory("faults");
        Files.createSymbolicLink(plan.folder().resolve("data"), made);
        return made;
    }

    /** Whoever ends the harness, with Ctrl-C say, ends the nodes, and leaves no file system mounted. */
    private void stopAll() {
        try {
            for (NodeProcess node : nodes) {
                node.kill(); // also one that stands still
            }
            if (joining != null) {
                joining.killBackground();
            }
            for (LoopDisk disk : disks) {
                if (disk != null) {
                    disk.close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public static String name(int node) {
        return "n" + (node + 1);
    }

    @Override
    public int size() {
        return nodes.size();
    }

    @Override
    public NodeClient client(int node) {
        return clients.get(node);
    }

    @Override
    public void awaitTurn() throws InterruptedException {
        turns.await();
    }

    public NodeProcess node(int node) {
        return nodes.get(node);
    }

    /** The links between members. @throws IllegalStateException where they are out of reach */
    public PeerNetwork network() {
        if (network == null) {
            throw new IllegalStateException("members speak TLS with each other");
        }
        return network;
    }

    /** How members go and come. @throws IllegalStateException where they cannot */
    public Joining joining() {
        if (joining == null) {
            throw new IllegalStateException("the members of this cluster are fixed");
        }
        return joining;
    }

    public Path folder() {
        return plan.folder();
    }

    /** The node's own file system; only where the plan says that there is one. */
    public LoopDisk disk(int node, String forWhat) {
        LoopDisk disk = disks.get(node);
        if (disk == null) {
            throw new IllegalStateException("no disks of their own for " + forWhat);
        }
        return disk;
    }

    /** The node's own wall clock; only where the plan says that there is one. */
    public WallClock clock(int node) {
        return clocks.get(node);
    }

    /** Starts every node that does not run; the first time, makes the cluster; later, whoever was removed joins again. */
    public void startAll() throws IOException, InterruptedException {
        if (joining != null && !joining.isMember(0) && !joining.isMember(1)) {
            joining.found();
        }
        for (NodeProcess node : nodes) {
            start(nodes.indexOf(node));
        }
    }

    /** Starts a node that does not run; one that was removed joins again. */
    public void start(int node) throws IOException, InterruptedException {
        if (joining != null && !joining.isMember(node)) {
            joining.rejoin(node);
            clients.get(node).renew();
        } else if (!nodes.get(node).isAlive()) {
            nodes.get(node).start();
        }
    }

    /** One that was removed joins again, if the cluster lets it in without delay; false where it does not. */
    public boolean tryRejoin(int node) throws IOException, InterruptedException {
        try {
            joining().rejoin(node, Duration.ZERO);
        } catch (AssertionError e) {
            return false;
        }
        clients.get(node).renew();
        return true;
    }

    /** The term and the leader that a node believes in; null where it does not answer. */
    public @Nullable StatusResponse status(int node) {
        try {
            return clients.get(node).status(STATUS_DEADLINE);
        } catch (StatusRuntimeException e) {
            return null;
        }
    }

    /** The member that says of itself that it leads, in the highest term of those; -1 where none does. */
    public int leader() {
        int leader = -1;
        long term = 0;
        for (int i = 0; i < nodes.size(); i++) {
            StatusResponse status = nodes.get(i).isAlive() ? status(i) : null;
            if (status != null
                    && status.getLeader() == status.getHeader().getMemberId()
                    && status.getRaftTerm() > term) {
                leader = i;
                term = status.getRaftTerm();
            }
        }
        return leader;
    }

    /** Waits until there is a leader, and returns it; -1 where there is none for long. */
    public int awaitLeader(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        int leader = leader();
        while (leader < 0 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
            leader = leader();
        }
        return leader;
    }

    /** Waits until every node that runs answers and knows a leader, but not for longer than {@code limit}. */
    public void awaitRecovery(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline && !isRecovered()) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean isRecovered() {
        for (int i = 0; i < nodes.size(); i++) {
            StatusResponse status = nodes.get(i).isAlive() ? status(i) : null;
            if (nodes.get(i).isAlive() && (status == null || status.getLeader() == 0)) {
                return false;
            }
        }
        return true;
    }

    /** Waits until {@code members} know a leader and have applied all that it had committed. */
    public void awaitHealth(List<Integer> members, Duration limit) throws InterruptedException {
        int leader = awaitLeader(limit); // asked once: it may be gone the next moment
        if (leader < 0) {
            throw new AssertionError("waited " + limit.toSeconds() + " s in vain for: a leader");
        }
        StatusResponse leading = status(leader);
        long goal = leading == null ? 0 : leading.getRaftIndex();
        for (int member : members) {
            Waiting.until(name(member) + " at index " + goal, limit, () -> {
                StatusResponse status = status(member);
                return status != null && status.getLeader() != 0 && status.getRaftAppliedIndex() >= goal;
            });
        }
    }

    private LoopDisk disk(int node) throws IOException, InterruptedException {
        return new LoopDisk(
                plan.folder().resolve(name(node) + ".img"),
                (plan.joining() ? home : plan.folder()).resolve("disk-" + name(node)),
                plan.joining() ? JOINING_DISK_BYTES : DISK_BYTES);
    }

    @Override
    public void close() throws IOException {
        clients.forEach(NodeClient::close);
        if (network != null) {
            network.close();
        }
        stopAll();
        Runtime.getRuntime().removeShutdownHook(endedEarly);
    }
}
