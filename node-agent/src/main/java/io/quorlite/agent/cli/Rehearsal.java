package io.quorlite.agent.cli;

import io.quorlite.agent.admin.ClusterStatus;
import io.quorlite.agent.admin.Json;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.Key;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.rehearsal.EtcdCalls;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A short life of nodes and commands in this JVM, for it to remember which classes they load: a node of its own with a client, a cluster's
 * first member, and a newcomer from its join to its role. The launcher has it done once for each build, after which nodes and commands start
 * in about half the time. The nodes stop when the JVM exits. Not thread-safe.
 */
final class Rehearsal {
    private static final String HOST = "127.0.0.1";
    private static final int STEP_SECONDS = 60;
    private static final long LOOK_MILLIS = 20;
    private static final ClusterStatus EMPTY = Json.read(
            "{\"clusterId\":\"0000000000000000\",\"quorum\":{\"voters\":1},\"members\":[],\"alarms\":[],\"warnings\":[]}",
            ClusterStatus.class);

    private final Path directory;
    private final PrintWriter err;

    /**
     * @param directory for the nodes' data; with a short path, as it holds Unix sockets
     * @param err told what goes wrong; classes that are not remembered for it cost time, no more
     */
    Rehearsal(Path directory, PrintWriter err) {
        this.directory = directory;
        this.err = err;
    }

    /** @return false if a part failed, which does not keep the others from being remembered */
    boolean run() throws InterruptedException {
        return attempt(this::commandsWithoutNode) & attempt(this::nodeOfItsOwn) & attempt(this::cluster);
    }

    @FunctionalInterface
    private interface Part {
        void play() throws IOException, InterruptedException;
    }

    private boolean attempt(Part part) throws InterruptedException {
        try {
            part.play();
            return true;
        } catch (IOException | RuntimeException e) {
            err.println(e);
            err.flush();
            return false;
        }
    }

    /** What commands have in common is loaded by one that asks a node that is not there, and by one that prints a table. */
    private void commandsWithoutNode() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        for (String line :
                List.of("status --data-dir /nonexistent -o json", "config show --origin", "sysinfo", "help")) {
            execute(nowhere, nowhere, line.split(" "));
        }
        StatusTable.of(EMPTY, false, Instant.now(), Colours.OFF);
    }

    private void nodeOfItsOwn() throws IOException, InterruptedException {
        Host alone = new Host("alone");
        begin(alone);
        EtcdCalls.make(HOST, alone.clientPort());
    }

    private void cluster() throws IOException, InterruptedException {
        Host first = new Host("first");
        NodeSetup setup = NodeSetup.of(new DataFolder(first.data()), first.settings());
        setup.checkHost();
        setup.write();
        begin(first);
        String token = succeed(
                        "add-node", "-o", "quiet", "--data-dir", first.data().toString())
                .strip();

        Host newcomer = new Host("newcomer");
        List<String> join = new ArrayList<>(List.of("join", token));
        join.addAll(newcomer.options());
        List<String> grant = new ArrayList<>(join);
        grant.add("--no-start");
        succeed(grant.toArray(String[]::new));
        begin(newcomer);
        succeed(join.toArray(String[]::new)); // it finds the node running and waits for its role
        for (String command : List.of("members", "status", "token list")) {
            succeed((command + " --data-dir " + newcomer.data()).split(" "));
        }
    }

    /** Has a node run, in a thread of its own as it ends with the JVM only, until it serves. */
    private void begin(Host host) throws InterruptedException {
        List<String> run = new ArrayList<>(List.of("run"));
        run.addAll(host.options());
        Thread thread = new Thread(() -> execute(new StringWriter(), run.toArray(String[]::new)), "run");
        thread.setDaemon(true);
        thread.start();
        String[] ready = {"status", "--wait", "ready", "--data-dir", host.data().toString()};
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(STEP_SECONDS);
        while (execute(new StringWriter(), ready) == ExitCode.UNREACHABLE.number()) { // not at all yet
            if (!thread.isAlive() || System.nanoTime() > deadlineNanos) {
                throw new Refusal(ExitCode.TIMEOUT, "the node in " + host.data() + " does not run");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private String succeed(String... words) {
        StringWriter out = new StringWriter();
        int exitCode = execute(out, words);
        if (exitCode != ExitCode.OK.number()) {
            throw new Refusal(ExitCode.of(exitCode), words[0] + " failed");
        }
        return out.toString();
    }

    private int execute(StringWriter out, String... words) {
        return execute(new PrintWriter(out), err, words);
    }

    private static int execute(PrintWriter out, PrintWriter err, String... words) {
        return CommandLines.execute(Map.of(), parser -> parser.setOut(out).setErr(err), words);
    }

    /** Where a node is to have its data and ports; all is given as options, which count more than what is in the environment. */
    private final class Host {
        private final Map<Key, String> settings = new EnumMap<>(Key.class);
        private final int clientPort = freePort();
        private final Path data;

        Host(String name) throws IOException {
            data = directory.resolve(name);
            settings.put(Key.NAME, name);
            settings.put(Key.DATA_DIR, data.toString());
            settings.put(Key.ADVERTISE_HOST, HOST);
            settings.put(Key.LISTEN_CLIENT, HOST + ":" + clientPort);
            settings.put(Key.LISTEN_PEER, HOST + ":" + freePort());
            settings.put(Key.LISTEN_ADMIN, HOST + ":" + freePort());
        }

        Path data() {
            return data;
        }

        int clientPort() {
            return clientPort;
        }

        Map<Key, String> settings() {
            return settings;
        }

        List<String> options() {
            List<String> options = new ArrayList<>();
            settings.forEach((key, value) -> options.addAll(List.of(key.option(), value)));
            return options;
        }

        private static int freePort() throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }
    }
}
