package io.quorlite.faults.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A wall clock that processes started with its {@link #environment} have for their own: it can jump and run at another speed while they run.
 * Their monotonic clock is the machine's. Not thread-safe.
 *
 * <p>It is a small library put before libc, not libfaketime: with that one, either every timed wait of a JVM returns at once, or waits until a
 * moment never end ({@code FAKETIME_FORCE_MONOTONIC_FIX} 1 and 0; version 0.9.10 with glibc 2.36).
 */
public final class WallClock {
    private static final int OFFSET = 0;
    private static final int SPEED = 8;
    private static final int SINCE = 16;
    private static final int BYTES = 24;
    private static final long MILLION = 1_000_000;

    private final Path library;
    private final Path file;

    /**
     * A clock that is right at first.
     *
     * @param library made by {@link #compile}
     * @param file that holds what is wrong with the clock; kept while processes use it
     */
    public WallClock(Path library, Path file) throws IOException {
        this.library = library;
        this.file = file.toAbsolutePath();
        Files.write(this.file, new byte[BYTES]);
        set(Duration.ZERO, 1);
    }

    /** Compiles the library into {@code folder}. */
    public static Path compile(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("wallclock.c");
        Path library = folder.resolve("wallclock.so").toAbsolutePath();
        try (InputStream in = WallClock.class.getResourceAsStream("wallclock.c")) {
            Files.createDirectories(folder);
            Files.write(source, Objects.requireNonNull(in, "wallclock.c").readAllBytes());
        }
        Commands.run("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl");
        return library;
    }

    /** Why processes do not have the clock that they are given, in words; null where they have. */
    public static @Nullable String problem(Path library) throws IOException, InterruptedException {
        WallClock clock = new WallClock(library, library.resolveSibling("probe.clock"));
        clock.set(Duration.ofSeconds(100).minusSeconds(Instant.now().getEpochSecond()), 1);
        ProcessBuilder date = new ProcessBuilder("date", "+%s").redirectErrorStream(true);
        date.environment().putAll(clock.environment());
        Process process = date.start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        return told.matches("1[0-9][0-9]") ? null : "a library put before libc does not move the clock: " + told;
    }

    /** What a process needs in its environment to have this clock. */
    public Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "WALLCLOCK", file.toString());
    }

    /**
     * From now on the clock is {@code offset} ahead of the true one, and goes {@code speed} times as fast.
     *
     * @param speed above 0; 1 is right
     */
    public void set(Duration offset, double speed) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            write(channel, SPEED, MILLION); // first: no look in between may count another speed from the wrong moment
            Instant now = Instant.now();
            write(channel, SINCE, Math.addExact(now.getEpochSecond() * 1_000_000_000L, now.getNano()));
            write(channel, OFFSET, offset.toNanos());
            write(channel, SPEED, Math.round(speed * MILLION));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(FileChannel channel, int at, long value) throws IOException {
        channel.write(
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .putLong(value)
                        .flip(),
                at);
    }
}
