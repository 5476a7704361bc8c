package io.quorlite.faults.cluster;

import io.quorlite.faults.Command;
import io.quorlite.faults.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster made by the commands that a user types ({@code init}, {@code add-node}, {@code join}), whose members go and come
 * by them. The commands start nodes in the background; here those are stopped again and run as processes of the harness. Each
 * node has a loopback address of its own and the usual ports, and speaks TLS. Used by one thread at a time.
 */
public final class Joining {
    private static final Duration JOIN_LIMIT = Duration.ofSeconds(60);
    private static final int PAUSE_MILLIS = 500;
    /** The exit code of a command that got no answer. */
    private static final int OUTCOME_UNKNOWN = 8;

    private static final int REMOVALS_MAX = 10;

    private final Path launcher;
    private final Path logs;
    private final List<NodeProcess> nodes;
    private final String network;
    private final boolean[] joined;
    private final @Nullable String[] tokens; // of joins that were begun and have not come to an end
    private int joins;

    /** @param nodes that do not run yet, with an empty data directory each */
    Joining(Path launcher, Path logs, List<NodeProcess> nodes, String network) {
        this.launcher = launcher;
        this.logs = logs;
        this.nodes = nodes;
        this.network = network;
        this.joined = new boolean[nodes.size()];
        this.tokens = new String[nodes.size()];
    }

    /** A loopback network drawn by lot. */
    static String drawNetwork() {
        Random random = new Random();
        return "127." + (10 + random.nextInt(200)) + "." + random.nextInt(250) + ".";
    }

    /** The address of the node with this number in {@code network}. */
    static String address(String network, int node) {
        return network + (11 + node);
    }

    /** Whether this node is a member as far as is known here. */
    public boolean isMember(int node) {
        return joined[node];
    }

    /** Makes the cluster, and leaves its nodes running. */
    void found() throws IOException, InterruptedException {
        within(0, JOIN_LIMIT, () -> {
            empty(nodes.get(0).dataDirectory());
            require(run("init", "--name", name(0), "--advertise", address(network, 0), "--data-dir", directory(0)));
        });
        for (int node = 1; node < nodes.size(); node++) {
            rejoin(node);
        }
    }

    /**
     * A member leaves for good, by a command to another; false where that is refused, as when a majority would be at risk.
     */
    public boolean remove(int node) throws IOException, InterruptedException {
        for (int other = 0; other < nodes.size(); other++) {
            boolean asks = other != node && joined[other] && nodes.get(other).isAlive();
            if (asks && removedBy(other, node)) {
                joined[node] = false;
                nodes.get(node).kill(); // it stops by itself, but need not be waited for: its data is of no more use
                return true;
            }
        }
        return false;
    }

    /** Where the command does not know what became of it, it is given again, until it does. */
    private boolean removedBy(int member, int node) throws IOException, InterruptedException {
        Command removal = ask(member, "remove-node", name(node), "--yes");
        for (int again = 0; removal.exitCode() == OUTCOME_UNKNOWN && again < REMOVALS_MAX; again++) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            removal = ask(member, "remove-node", name(node), "--yes");
            if (removal.err().contains("There is no member")) {
                return true;
            }
        }
        return removal.exitCode() == 0;
    }

    /** Has a member take a vote ({@code promote}), give it back ({@code demote}), or lead ({@code move-leader}). */
    public boolean tell(String command, int node, String... options) throws IOException, InterruptedException {
        for (int other = 0; other < nodes.size(); other++) {
            if (joined[other] && nodes.get(other).isAlive()) {
                List<String> words = new ArrayList<>(List.of(command, name(node), "--yes"));
                words.addAll(List.of(options));
                return onMember(other, words.toArray(String[]::new));
            }
        }
        return false;
    }

    /**
     * A node that was removed joins anew, with nothing: it is sent a copy of the database.
     *
     * @throws AssertionError if the cluster does not let it in for a minute
     */
    void rejoin(int node) throws IOException, InterruptedException {
        rejoin(node, JOIN_LIMIT);
    }

    /** The same for as long as {@code limit}, but at least once. */
    void rejoin(int node, Duration limit) throws IOException, InterruptedException {
        within(node, limit, () -> join(node, anyMemberBut(node)));
    }

    private int anyMemberBut(int node) {
        for (int other = 0; other < nodes.size(); other++) {
            if (other != node && joined[other] && nodes.get(other).isAlive()) {
                return other;
            }
        }
        throw new AssertionError("no member runs that " + name(node) + " could join by");
    }

    /** One that did not come to its end is begun again as it was: its place in the cluster is kept for it. */
    private void join(int node, int by) throws IOException, InterruptedException {
        String token = tokens[node];
        if (token == null) {
            empty(nodes.get(node).dataDirectory());
            Command made = run("add-node", "-o", "quiet", "--data-dir", directory(by));
            require(made);
            token = made.out().strip();
            tokens[node] = token;
        }
        require(run(
                "join",
                token,
                "--name",
                name(node),
                "--advertise",
                address(network, node),
                "--data-dir",
                directory(node)));
        tokens[node] = null;
    }

    /** Makes a node a member, again where the disk or the cluster is too busy; then it runs as a process of the harness. */
    private void within(int node, Duration limit, Attempt attempt) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!joined[node]) {
            try {
                attempt.run();
                joined[node] = true;
            } catch (AssertionError e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } finally {
                run("stop", "--data-dir", directory(node));
            }
        }
        Path log = nodes.get(node).dataDirectory().resolve("node.log");
        if (Files.exists(log)) {
            Files.copy(log, logs.resolve(name(node) + "-join-" + ++joins + ".log"));
        }
        nodes.get(node).start();
    }

    private interface Attempt {
        void run() throws IOException, InterruptedException;
    }

    private boolean onMember(int member, String... words) throws IOException, InterruptedException {
        return ask(member, words).exitCode() == 0;
    }

    private Command ask(int member, String... words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data-dir", directory(member), "--timeout", "10s"));
        return run(all.toArray(String[]::new));
    }

    private Command run(String... words) throws IOException, InterruptedException {
        return Command.run(launcher, Files.createDirectories(logs.resolve("commands")), words);
    }

    private static void require(Command done) {
        if (done.exitCode() != 0) {
            throw new AssertionError(done.all());
        }
    }

    /** Kills what the commands may have left running in the background. */
    void killBackground() throws IOException {
        for (NodeProcess node : nodes) {
            Path pid = node.dataDirectory().resolve("run").resolve("pid");
            if (Files.exists(pid) && !Files.readString(pid).isBlank()) {
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                        .filter(process -> process.info()
                                .commandLine()
                                .orElse("")
                                .contains(node.dataDirectory().toString()))
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private static void empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private String directory(int node) {
        return nodes.get(node).dataDirectory().toString();
    }

    private static String name(int node) {
        return FaultCluster.name(node);
    }
}
