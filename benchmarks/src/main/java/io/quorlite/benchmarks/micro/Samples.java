package io.quorlite.benchmarks.micro;

import io.quorlite.mvcc.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;

/** What several benchmarks need: keys as Kubernetes has them, values, folders that go again. */
public final class Samples {
    public static final int KEYS = 10_000;

    private Samples() {}

    public static Bytes key(int number) {
        return Bytes.utf8(String.format("/registry/pods/default/pod-%06d", number % KEYS));
    }

    /** Of random bytes, the same for each size. */
    public static Bytes value(int bytes) {
        byte[] value = new byte[bytes];
        new Random(42).nextBytes(value);
        return Bytes.wrap(value);
    }

    /** A new folder below {@code target}, on the disk of the working directory. */
    public static Path folder() {
        try {
            Path target = Path.of("target");
            Files.createDirectories(target);
            return Files.createTempDirectory(target, "jmh-").toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
