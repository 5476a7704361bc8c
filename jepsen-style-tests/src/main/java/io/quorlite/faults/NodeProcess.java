package io.quorlite.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A node as its user runs it: the launcher, in a process of its own, with its data and its log below one folder. Not
 * thread-safe.
 */
public final class NodeProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 20;

    private final String name;
    private final Path launcher;
    private final Path folder;
    private final List<String> options;
    private final Map<String, String> environment = new TreeMap<>(Map.of("NODE_AGENT_HEAP", "256m"));
    private Path home;
    private @Nullable Process process;
    private int starts;

    /** @param options of {@code node-agent run}, without name and data directory */
    public NodeProcess(String name, Path launcher, Path folder, List<String> options) {
        this.name = name;
        this.launcher = launcher;
        this.folder = folder;
        this.home = folder;
        this.options = List.copyOf(options);
    }

    /** From its next start on its data is below {@code parent}; its log stays where it is. */
    public void keepDataIn(Path parent) {
        home = parent;
    }

    /** Sets a variable of its environment from its next start on. */
    public void setEnvironment(String variable, String value) {
        environment.put(variable, value);
    }

    public String name() {
        return name;
    }

    public Path dataDirectory() {
        return home.resolve(name);
    }

    public void start() throws IOException {
        if (isAlive()) {
            throw new IllegalStateException(name + " runs already");
        }
        Files.createDirectories(folder);
        Files.createDirectories(home);
        starts++;
        List<String> command = new ArrayList<>(List.of(
                launcher.toString(),
                "run",
                "--name",
                name,
                "--data-dir",
                dataDirectory().toString()));
        command.addAll(options);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile());
        builder.environment().putAll(environment);
        process = builder.start();
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Its process id; the launcher has become the node by the time it says anything. */
    public long pid() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process.pid();
    }

    /** {@code SIGSTOP}: it stands still, and its connections stay. Does nothing to a process that is gone. */
    public void pause() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** {@code SIGCONT}. */
    public void resume() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        if (isAlive()) {
            new ProcessBuilder("kill", signal, Long.toString(pid())).start().waitFor();
        }
    }

    /** The code it ended with by itself, or was made to; only where it is not alive. */
    public int exitCode() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process.exitValue();
    }

    /** {@code kill -9}: nothing is flushed, nothing is said. Returns when the process is gone. */
    public void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    /** {@code SIGTERM}; by force after twenty seconds. Returns the exit code. */
    public int stop() throws InterruptedException {
        if (process == null) {
            return 0;
        }
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return process.waitFor();
    }

    /** Waits for the process to end by itself; returns its exit code. */
    public int awaitExit(long seconds) throws InterruptedException {
        if (process == null || !process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " did not end within " + seconds + " s:\n" + output());
        }
        return process.exitValue();
    }

    /** What the process has printed since its last start. */
    public String output() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            return "no log: " + e.getMessage();
        }
    }

    /** What it has printed in all its lives. */
    public String allOutput() throws IOException {
        List<String> lives = new ArrayList<>();
        for (int i = 1; i <= starts; i++) {
            lives.add(Files.readString(log(i)));
        }
        return lives.stream().collect(Collectors.joining("\n--- restarted ---\n"));
    }

    private Path log() {
        return log(starts);
    }

    private Path log(int life) {
        return folder.resolve(name + "-" + life + ".log");
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
