package io.quorlite.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Under which circumstances was measured: without them figures say nothing.
 *
 * @param load the machine's load average over the last minute at the start, from all it does
 */
public record Circumstances(String command, String date, int processors, String load, String java, String etcd) {
    public static Circumstances now(String command, String etcd) {
        return new Circumstances(
                command,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Runtime.getRuntime().availableProcessors(),
                loadAverage(),
                Runtime.version().toString(),
                etcd);
    }

    private static String loadAverage() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
        } catch (IOException e) {
            return "unknown";
        }
    }

    String sentence() {
        return String.format(
                Locale.ROOT,
                "%s · %s · %d cores, load %s at the start · Java %s · %s",
                command,
                date,
                processors,
                load,
                java,
                etcd);
    }
}
