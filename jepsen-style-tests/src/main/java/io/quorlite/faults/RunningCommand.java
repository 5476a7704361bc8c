package io.quorlite.faults;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A command of the agent on its way. Not thread-safe. */
public final class RunningCommand {
    private final String line;
    private final Process process;
    private final Path out;
    private final Path err;

    private RunningCommand(String line, Process process, Path out, Path err) {
        this.line = line;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Files take the output: a node that goes on in the background must not hold this side's pipes.
     *
     * @param environment what is not as in this process; the node that the command starts has it, too
     */
    public static RunningCommand start(Path launcher, Path folder, Map<String, String> environment, String... arguments)
            throws IOException {
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path err = Files.createTempFile(folder, "err", ".txt");
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("NODE_AGENT_HEAP", "256m");
        builder.environment().putAll(environment);
        return new RunningCommand(String.join(" ", command), builder.start(), out, err);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it has printed so far for its user to read. */
    public String output() throws IOException {
        return Files.readString(out) + Files.readString(err);
    }

    /** {@code kill -9} of the command and of what it has started, as when its host dies. */
    public void killAll() throws InterruptedException {
        kill(started -> true);
    }

    /** {@code kill -9} of the command; a node that it has started lives. */
    public void killAlone() throws InterruptedException {
        kill(started -> !started.info().commandLine().orElse("").contains(" run "));
    }

    private void kill(Predicate<ProcessHandle> which) throws InterruptedException {
        List<ProcessHandle> started = process.descendants().filter(which).toList();
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
        process.waitFor();
    }

    /** Waits for its end. */
    public Command await(long seconds) throws IOException, InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            killAll();
            throw new AssertionError(line + " did not end within " + seconds + " s:\n" + output());
        }
        return new Command(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
