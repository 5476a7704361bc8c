package io.quorlite.benchmarks.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server under measurement: its process, its client port, the processor time and the memory it uses. */
final class ServerProcess implements AutoCloseable {
    /** Linux counts a process's time in hundredths of a second. */
    private static final long MICROS_PER_TICK = 10_000;

    /** What to write into clear_refs to begin a new peak of resident memory (proc(5)). */
    private static final String NEW_PEAK = "5";

    private final Process process;
    private final boolean traced;

    private ServerProcess(Process process, boolean traced) {
        this.process = process;
        this.traced = traced;
    }

    /** @param traced whether {@code command} is a tracer, whose child is the server */
    static ServerProcess start(List<String> command, Path log, boolean traced) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new ServerProcess(process, traced);
    }

    /** User and system time so far, in microseconds, to a hundredth of a second. */
    long cpuMicros() {
        String stat = read("stat");
        // The second field, the program's name, is in parentheses and may hold blanks: count from behind it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
    }

    /** Resident memory in bytes. */
    long residentBytes() {
        return statusKilobytes("VmRSS:") * 1024;
    }

    /** The most resident memory since the start or the last {@link #newPeak}, in bytes. */
    long peakBytes() {
        return statusKilobytes("VmHWM:") * 1024;
    }

    void newPeak() {
        try {
            Files.writeString(Path.of("/proc/" + pid() + "/clear_refs"), NEW_PEAK);
        } catch (IOException e) {
            throw new UncheckedIOException("a server is gone: see its log", e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** kill -9, and waits. */
    void kill() {
        server().destroyForcibly();
        await(process.destroyForcibly());
    }

    /** Stops in order; by force after ten seconds. */
    @Override
    public void close() {
        server().destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private ProcessHandle server() {
        return traced ? process.children().findFirst().orElseGet(process::toHandle) : process.toHandle();
    }

    private long pid() {
        return server().pid();
    }

    private long statusKilobytes(String field) {
        return read("status")
                .lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private String read(String file) {
        try {
            return Files.readString(Path.of("/proc/" + pid() + "/" + file));
        } catch (IOException e) {
            throw new UncheckedIOException("a server is gone: see its log", e);
        }
    }

    private static void await(Process process) {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
