package io.quorlite.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server under measurement: its process, its client port, and the processor time it has used. */
final class ServerProcess implements AutoCloseable {
    /** Linux counts a process's time in hundredths of a second. */
    private static final long MICROS_PER_TICK = 10_000;

    private final Process process;
    private final int clientPort;

    private ServerProcess(Process process, int clientPort) {
        this.process = process;
        this.clientPort = clientPort;
    }

    static ServerProcess start(List<String> command, Path log, int clientPort) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new ServerProcess(process, clientPort);
    }

    int clientPort() {
        return clientPort;
    }

    /** User and system time so far, in microseconds, to a hundredth of a second. */
    long cpuMicros() {
        String stat = read(Path.of("/proc/" + process.pid() + "/stat"));
        // The second field, the program's name, is in parentheses and may hold blanks: count from behind it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
    }

    /** Resident memory in bytes. */
    long residentBytes() {
        return read(Path.of("/proc/" + process.pid() + "/status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill() {
        process.destroyForcibly();
        await();
    }

    /** Stops in order; by force after ten seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void await() {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("a server is gone: see its log", e);
        }
    }
}
