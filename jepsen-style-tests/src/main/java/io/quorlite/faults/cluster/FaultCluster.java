package io.quorlite.faults.cluster;

import io.grpc.StatusRuntimeException;
import io.quorlite.etcd.proto.rpc.StatusResponse;
import io.quorlite.faults.NodeProcess;
import io.quorlite.faults.ProcessCluster;
import io.quorlite.faults.Waiting;
import io.quorlite.faults.client.NodeClient;
import io.quorlite.faults.client.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    /**
     * What is started.
     *
     * @param launcher the node agent's
     * @param folder where everything of the run is: {@code logs} of the nodes, their {@code data} or their disks
     * @param disks whether each node gets a file system of its own
     * @param clocks whether each node gets a clock of its own
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
            List<String> javaOptions) {
        public Plan {
            options = List.copyOf(options);
            javaOptions = List.copyOf(javaOptions);
        }
    }

    private final Plan plan;
    private final PeerNetwork network;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<NodeClient> clients = new ArrayList<>();
    private final List<@Nullable LoopDisk> disks = new ArrayList<>();
    private final List<WallClock> clocks = new ArrayList<>();
    private final Turns turns;
    private final Thread endedEarly = new Thread(this::stopAll, "stop-cluster");

    public FaultCluster(Plan plan) throws IOException, InterruptedException {
        this.plan = plan;
        this.turns = new Turns(plan.rate());
        Runtime.getRuntime().addShutdownHook(endedEarly);
        List<Integer> clientPorts = ProcessCluster.freePorts(plan.nodes());
        List<Integer> peerPorts = ProcessCluster.freePorts(plan.nodes());
        network = new PeerNetwork(peerPorts);
        List<String> members = IntStream.range(0, plan.nodes())
                .mapToObj(i -> name(i) + "=127.0.0.1:" + network.port(i))
                .toList();
        Path wallClocks = plan.clocks() ? WallClock.compile(plan.folder()) : plan.folder();
        for (int i = 0; i < plan.nodes(); i++) {
            List<String> options = new ArrayList<>(List.of(
                    "--listen-client", "127.0.0.1:" + clientPorts.get(i),
                    "--listen-peer", "127.0.0.1:" + peerPorts.get(i),
                    "--initial-cluster", String.join(",", members)));
            options.addAll(plan.options());
            NodeProcess node =
                    new NodeProcess(name(i), plan.launcher(), plan.folder().resolve("logs"), options);
            nodes.add(node);
            clients.add(new NodeClient(name(i), "127.0.0.1", clientPorts.get(i)));
            disks.add(plan.disks() ? disk(i) : null);
            LoopDisk disk = disks.get(i);
            if (i < plan.javaOptions().size()) {
                node.setEnvironment("NODE_AGENT_JAVA_OPTIONS", plan.javaOptions().get(i));
            }
            node.keepDataIn(disk == null ? plan.folder().resolve("data") : disk.path());
            if (plan.clocks()) {
                WallClock clock = new WallClock(wallClocks, plan.folder().resolve(name(i) + ".clock"));
                clock.environment().forEach(node::setEnvironment);
                clocks.add(clock);
            }
        }
    }

    /** Whoever ends the harness, with Ctrl-C say, ends the nodes, and leaves no file system mounted. */
    private void stopAll() {
        try {
            for (NodeProcess node : nodes) {
                node.kill(); // also one that stands still
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

    public PeerNetwork network() {
        return network;
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

    /** Starts every node that does not run, and waits until each answers a linearizable read. */
    public void startAll() throws IOException, InterruptedException {
        for (NodeProcess node : nodes) {
            start(nodes.indexOf(node));
        }
    }

    public void start(int node) throws IOException {
        if (!nodes.get(node).isAlive()) {
            nodes.get(node).start();
        }
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
        Waiting.until("a leader", limit, () -> leader() >= 0);
        StatusResponse leading = status(leader());
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
                plan.folder().resolve(name(node) + ".img"), plan.folder().resolve("disk-" + name(node)), DISK_BYTES);
    }

    @Override
    public void close() throws IOException {
        clients.forEach(NodeClient::close);
        network.close();
        stopAll();
        Runtime.getRuntime().removeShutdownHook(endedEarly);
    }
}
