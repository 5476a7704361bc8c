package io.quorlite.agent.node;

import io.quorlite.agent.admin.AdminClient;
import io.quorlite.agent.admin.Endpoint;
import io.quorlite.agent.admin.NodeStatus;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A node as a process in the background: it has a session of its own, so that a closed terminal does not end it, writes to the log in
 * its data directory, and is known by the process id there.
 */
public final class Background {
    /** The launcher's path, which it hands on itself. */
    private static final String LAUNCHER = "node.agent.launcher";

    private static final long LOOK_MILLIS = 25;
    private static final int LOG_LINES = 15;
    /** Begins with a time, or goes on with a stack trace; what a process says last of why it ends does not. */
    private static final Pattern LOG_LINE = Pattern.compile("^(\\d{4}-\\d\\d-\\d\\dT|\\s|$)");

    private static final Duration CALL = Duration.ofSeconds(5);

    private final DataFolder folder;

    public Background(DataFolder folder) {
        this.folder = folder;
    }

    /** The process that has the data directory, if there is one. */
    public Optional<ProcessHandle> process() throws IOException {
        if (!Files.exists(folder.pid())) {
            return Optional.empty();
        }
        try {
            long pid = Long.parseLong(Files.readString(folder.pid()).strip());
            return ProcessHandle.of(pid).filter(Background::isRunning).filter(Background::mayBeAgent);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Ended ones that nobody has taken notice of still have an entry. */
    private static boolean isRunning(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"));
            return !stat.substring(stat.lastIndexOf(')') + 1).startsWith(" Z");
        } catch (IOException e) {
            return process.isAlive(); // no Linux, or gone in this moment
        }
    }

    /** A process id comes back some day for another program. */
    private static boolean mayBeAgent(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> command.contains("java") || command.contains("node-agent"))
                .orElse(true);
    }

    /** Starts the process and returns at once. */
    public Process start() throws IOException {
        Files.createDirectories(folder.root());
        List<String> command = new ArrayList<>();
        setsid().ifPresent(command::add);
        command.addAll(launcher());
        command.addAll(List.of("run", "--data-dir", folder.root().toString()));
        File log = folder.log().toFile();
        return new ProcessBuilder(command)
                .directory(folder.root().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .redirectError(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }

    private static Optional<String> setsid() {
        for (String directory :
                System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(File.pathSeparator)) {
            Path program = Path.of(directory, "setsid");
            if (Files.isExecutable(program)) {
                return Optional.of(program.toString());
            }
        }
        return Optional.empty();
    }

    /** The launcher; without one the JVM as this process has it. */
    private static List<String> launcher() {
        String launcher = System.getProperty(LAUNCHER);
        if (launcher != null) {
            return List.of(launcher);
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Xss512k",
                "-cp",
                System.getProperty("java.class.path"),
                "io.quorlite.agent.Main");
    }

    /**
     * Waits until the node serves, or at least answers.
     *
     * @param process what {@link #start} returned; null for a process somebody else started
     * @param serving whether it must serve; else it is enough that it runs
     * @throws Refusal if it ends instead, with the last lines of its log, or takes longer than {@code limit}
     */
    public NodeStatus awaitReady(@Nullable Process process, boolean serving, Duration limit, Consumer<NodeStatus> seen)
            throws IOException, InterruptedException {
        AdminClient client = new AdminClient(new Endpoint.Local(folder.adminSocket()), null);
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        String last = "it has not answered yet";
        while (System.nanoTime() < deadlineNanos) {
            try {
                NodeStatus status = client.get("/v1/node", NodeStatus.class, CALL);
                seen.accept(status);
                if (status.ready() || !serving) {
                    return status;
                }
                last = status.leaderId() == null ? "it knows no leader" : "it does not serve yet";
            } catch (Refusal e) {
                if (process != null && !process.isAlive()) {
                    throw ended(process.exitValue());
                }
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        throw new Refusal(
                ExitCode.TIMEOUT,
                "TIMEOUT",
                "The node is not ready after " + limit.toSeconds() + " s: " + last + ". It goes on trying.",
                "Its log: " + folder.log() + "; how it stands: node-agent status --data-dir " + folder.root());
    }

    private Refusal ended(int exitValue) throws IOException {
        ExitCode exitCode = ExitCode.of(exitValue) == ExitCode.OK ? ExitCode.INTERNAL_ERROR : ExitCode.of(exitValue);
        List<String> lines = Files.exists(folder.log()) ? Files.readAllLines(folder.log()) : List.of("(there is none)");
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        if (exitCode != ExitCode.INTERNAL_ERROR && !LOG_LINE.matcher(last).find()) {
            return new Refusal(exitCode, "START_FAILED", "The node did not start: " + last, "Its log: " + folder.log());
        }
        return new Refusal(
                exitCode,
                "START_FAILED",
                "The node did not start. The end of its log, " + folder.log() + ":\n" + end(lines),
                "");
    }

    /** Without the frames of stack traces: who wants those looks there. */
    private static String end(List<String> lines) {
        List<String> words =
                lines.stream().filter(line -> !line.startsWith("\t")).toList();
        return "    " + String.join("\n    ", words.subList(Math.max(0, words.size() - LOG_LINES), words.size()));
    }

    /**
     * Tells the process to stop in order and waits until it has.
     *
     * @param waiting hears now and then that it takes time
     * @return whether it has stopped within {@code limit}; false leaves it at stopping
     */
    public boolean stop(ProcessHandle process, Duration limit, Runnable waiting) throws InterruptedException {
        process.destroy();
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        long nextWordNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        while (isRunning(process)) {
            if (System.nanoTime() > deadlineNanos) {
                return false;
            }
            if (System.nanoTime() > nextWordNanos) {
                waiting.run();
                nextWordNanos += TimeUnit.SECONDS.toNanos(5);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return true;
    }
}
