package io.quorlite.benchmarks.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** One, three or more members of one kind of server, each with a directory of its own on the same disk. */
public final class ServerGroup implements AutoCloseable {
    /** Which server. */
    public enum Kind {
        QUORLITE,
        ETCD
    }

    private final Kind kind;
    private final Path program;
    private final Path directory;
    private final List<Integer> clientPorts = new ArrayList<>();
    private final List<Integer> peerPorts = new ArrayList<>();
    private final List<ServerProcess> members = new ArrayList<>();
    private final List<String> tracer;

    /**
     * @param program the server's executable or launcher
     * @param tracer a command that runs each member as its child, as strace does; none if empty
     */
    public ServerGroup(Kind kind, Path program, Path directory, int nodes, List<String> tracer) throws IOException {
        this.kind = kind;
        this.program = program;
        this.directory = directory;
        this.tracer = tracer;
        for (int i = 0; i < nodes; i++) {
            clientPorts.add(freePort());
            peerPorts.add(freePort());
        }
    }

    public Kind kind() {
        return kind;
    }

    public List<Integer> clientPorts() {
        return clientPorts;
    }

    /** Starts every member; those that run already are left alone. */
    public void start() throws IOException {
        Files.createDirectories(directory);
        for (int i = members.size(); i < clientPorts.size(); i++) {
            members.add(member(i));
        }
    }

    private ServerProcess member(int number) throws IOException {
        Path log = directory.resolve("n" + (number + 1) + ".log");
        List<String> command = new ArrayList<>(tracer);
        command.addAll(kind == Kind.ETCD ? etcd(number) : quorlite(number));
        return ServerProcess.start(command, log, !tracer.isEmpty());
    }

    /** {@code kill -9} of one member. */
    public void kill(int number) {
        members.get(number).kill();
    }

    /** Starts a member again that was killed. */
    public void restart(int number) throws IOException {
        members.set(number, member(number));
    }

    /** User and system time of all members so far, in microseconds, to a hundredth of a second each. */
    public long cpuMicros() {
        return members.stream().mapToLong(ServerProcess::cpuMicros).sum();
    }

    /** Resident memory of all members now. */
    public long residentBytes() {
        return members.stream().mapToLong(ServerProcess::residentBytes).sum();
    }

    /** The sum of the members' most resident memory since the start or the last {@link #newPeak}. */
    public long peakBytes() {
        return members.stream().mapToLong(ServerProcess::peakBytes).sum();
    }

    public void newPeak() {
        members.forEach(ServerProcess::newPeak);
    }

    public void killAll() {
        members.forEach(ServerProcess::kill);
        members.clear();
    }

    /** Stops all members and removes their data. */
    @Override
    public void close() {
        members.forEach(ServerProcess::close);
        members.clear();
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("clearing " + directory + " up", e);
            }
        }
    }

    private List<String> quorlite(int member) {
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "run",
                "--name",
                "n" + (member + 1),
                "--data-dir",
                dataDirectory(member),
                "--listen-client",
                "127.0.0.1:" + clientPorts.get(member)));
        if (clientPorts.size() > 1) {
            command.addAll(List.of("--initial-cluster", initialCluster("")));
        }
        return command;
    }

    private List<String> etcd(int member) {
        String client = "http://127.0.0.1:" + clientPorts.get(member);
        String peer = "http://127.0.0.1:" + peerPorts.get(member);
        return List.of(
                program.toString(),
                "--name",
                "n" + (member + 1),
                "--data-dir",
                dataDirectory(member),
                "--listen-client-urls",
                client,
                "--advertise-client-urls",
                client,
                "--listen-peer-urls",
                peer,
                "--initial-advertise-peer-urls",
                peer,
                "--initial-cluster",
                initialCluster("http://"),
                "--quota-backend-bytes",
                Long.toString(8L << 30),
                "--log-level",
                "warn");
    }

    private String dataDirectory(int member) {
        return directory.resolve("n" + (member + 1)).toString();
    }

    private String initialCluster(String scheme) {
        List<String> peers = new ArrayList<>();
        for (int i = 0; i < peerPorts.size(); i++) {
            peers.add("n" + (i + 1) + "=" + scheme + "127.0.0.1:" + peerPorts.get(i));
        }
        return String.join(",", peers);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
