package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.ManagedChannel;
import io.quorlite.faults.Command;
import io.quorlite.faults.Launcher;
import io.quorlite.faults.RunningCommand;
import io.quorlite.faults.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A host with a data directory and an address, on which a user types the agent's commands. Not thread-safe. */
final class AgentNode implements AutoCloseable {
    static final int OK = 0;
    static final int NO_LEADER = 4;
    static final int REFUSED = 5;
    static final int PREFLIGHT = 13;

    private static final long COMMAND_SECONDS = 120;

    private final Path folder;
    private final String name;
    private final String address;
    private final Map<String, String> environment = new TreeMap<>();
    private @Nullable ManagedChannel channel;

    AgentNode(Path folder, String name, String address, Map<String, String> environment) {
        this.folder = folder;
        this.name = name;
        this.address = address;
        this.environment.putAll(environment);
    }

    String name() {
        return name;
    }

    String address() {
        return address;
    }

    Path directory() {
        return folder.resolve(name);
    }

    Path pki(String file) {
        return directory().resolve("pki").resolve(file);
    }

    String url() {
        return "https://" + address + ":2379";
    }

    /** A variable for all commands from now on, and for the nodes they start. */
    void environment(String variable, String value) {
        environment.put(variable, value);
    }

    void forgetEnvironment(String variable) {
        environment.remove(variable);
    }

    // ---- commands

    RunningCommand begin(String... arguments) throws IOException {
        return begin(Launcher.path(), arguments);
    }

    RunningCommand begin(Path launcher, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data-dir", directory().toString()));
        return RunningCommand.start(launcher, folder, environment, all.toArray(String[]::new));
    }

    Command run(String... arguments) throws IOException, InterruptedException {
        return begin(arguments).await(COMMAND_SECONDS);
    }

    Command ok(String... arguments) throws IOException, InterruptedException {
        return exits(OK, arguments);
    }

    Command exits(int exitCode, String... arguments) throws IOException, InterruptedException {
        Command done = run(arguments);
        assertThat(done.exitCode())
                .as(String.join(" ", arguments) + "\n" + done.all() + log())
                .isEqualTo(exitCode);
        return done;
    }

    void init(String... more) throws Exception {
        ok(with(more, "init", "--name", name, "--advertise", address));
    }

    String token(String... more) throws Exception {
        return ok(with(more, "add-node", "-o", "quiet")).out().strip();
    }

    String[] joining(String token, String... more) {
        return with(more, "join", token, "--name", name, "--advertise", address);
    }

    /** A token from {@code member}, and the join with it. */
    void joinBy(AgentNode member, String... more) throws Exception {
        ok(joining(member.token(), more));
    }

    private static String[] with(String[] more, String... first) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    // ---- what it says

    JsonObject status() throws IOException, InterruptedException {
        Command done = run("status", "-o", "json");
        assertThat(done.out()).as("status of " + name + ", " + done.all()).startsWith("{");
        return JsonParser.parseString(done.out()).getAsJsonObject();
    }

    /** The role of each member by its name; {@code down} instead for one that is. */
    Map<String, String> roles() throws IOException, InterruptedException {
        Map<String, String> roles = new TreeMap<>();
        for (JsonElement each : status().getAsJsonArray("members")) {
            JsonObject member = each.getAsJsonObject();
            String role = member.get("role").getAsString();
            roles.put(
                    member.get("name").getAsString(),
                    member.get("state").getAsString().equals("down") ? "down" : role);
        }
        return roles;
    }

    /** The names of the members, in the order of {@code members}. */
    List<String> members() throws IOException, InterruptedException {
        return ok("members", "-o", "quiet").out().lines().toList();
    }

    /** Its name; empty for none. */
    String leader() throws IOException, InterruptedException {
        JsonElement leader = status().get("leader");
        return leader == null || leader.isJsonNull() ? "" : leader.getAsString();
    }

    void awaitStatus(int exitCode) throws Exception {
        Waiting.until(
                name + "'s status to exit with " + exitCode,
                Duration.ofSeconds(60),
                () -> run("status", "-o", "quiet").exitCode() == exitCode);
    }

    // ---- its process

    Optional<ProcessHandle> process() throws IOException {
        Path pid = directory().resolve("run").resolve("pid");
        if (!Files.exists(pid)) {
            return Optional.empty();
        }
        String text = Files.readString(pid).strip();
        return text.isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(text)).filter(ProcessHandle::isAlive);
    }

    /** {@code kill -9}. Returns when the process is gone. */
    void kill() throws Exception {
        Optional<ProcessHandle> running = process();
        if (running.isPresent()) {
            running.get().destroyForcibly();
            running.get().onExit().get(30, TimeUnit.SECONDS);
        }
    }

    /** The end of what it has logged. */
    String log() throws IOException {
        Path log = directory().resolve("node.log");
        if (!Files.exists(log)) {
            return "";
        }
        List<String> lines = Files.readAllLines(log);
        return "\n--- log of " + name + "\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    // ---- its etcd API

    /** With the client certificate that it has now. */
    ManagedChannel channel() throws IOException {
        if (channel == null) {
            channel = EtcdClients.channel(address, 2379, directory().resolve("pki"), "client");
        }
        channel.resetConnectBackoff(); // a test wants to know at once that it is there again
        return channel;
    }

    /** All keys that it has, with what they were last written at, as it has them itself. */
    Map<String, Long> stored() throws IOException {
        return EtcdClients.modRevisions(channel());
    }

    /** Until it has all of {@code acknowledged}, which is to say: has replicated it. */
    void awaitHas(Map<String, Long> acknowledged) throws Exception {
        Map<String, Long> lost = new LinkedHashMap<>();
        try {
            Waiting.until("all acknowledged writes on " + name, Duration.ofSeconds(30), () -> {
                Map<String, Long> stored = stored();
                lost.clear();
                lost.putAll(acknowledged);
                lost.keySet().removeIf(stored::containsKey);
                return lost.isEmpty();
            });
        } catch (AssertionError e) {
            assertThat(lost)
                    .as("acknowledged writes that " + name + " does not have" + log())
                    .isEmpty();
            throw e;
        }
    }

    void forgetChannel() {
        if (channel != null) {
            channel.shutdownNow();
            channel = null;
        }
    }

    @Override
    public void close() throws Exception {
        forgetChannel();
        kill();
    }
}
