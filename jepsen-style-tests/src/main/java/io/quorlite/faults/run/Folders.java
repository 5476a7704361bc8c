package io.quorlite.faults.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders of runs. */
final class Folders {
    private Folders() {}

    /** Makes {@code folder}; where there is one, another with a number behind its name. */
    static Path fresh(Path folder) throws IOException {
        Path made = folder;
        for (int i = 2; Files.exists(made); i++) {
            made = folder.resolveSibling(folder.getFileName() + "-" + i);
        }
        return Files.createDirectories(made);
    }

    /** Removes a folder with all in it, if there is one; where it is a link to one, both. */
    static void remove(Path folder) throws IOException {
        if (Files.isSymbolicLink(folder)) {
            remove(folder.toRealPath());
            Files.delete(folder);
        } else if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
