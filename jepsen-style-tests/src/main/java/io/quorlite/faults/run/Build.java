package io.quorlite.faults.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.ZipFile;

/** What a node is made of, as a number: it stays the same when the same sources are built again. */
final class Build {
    private Build() {}

    /**
     * The number of the build that {@code launcher} starts: over names and checksums of all classes of ours.
     *
     * @throws IOException if there are no jars beside it
     */
    static String of(Path launcher) throws IOException {
        Path target = launcher.toRealPath().resolveSibling("../target").normalize();
        CRC32C sum = new CRC32C();
        for (Path jar : jars(target)) {
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                zip.stream()
                        .filter(entry -> entry.getName().endsWith(".class"))
                        .map(entry -> entry.getName() + " " + entry.getCrc())
                        .sorted()
                        .forEach(entry -> sum.update(entry.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return String.format("%08x", sum.getValue());
    }

    private static List<Path> jars(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(target, 2)) {
            List<Path> jars = files.filter(file -> {
                        String name = String.valueOf(file.getFileName());
                        return name.endsWith("-SNAPSHOT.jar") || name.startsWith("quorlite-");
                    })
                    .sorted()
                    .toList();
            if (jars.isEmpty()) {
                throw new IOException("no jars of a node below " + target);
            }
            return jars;
        }
    }
}
