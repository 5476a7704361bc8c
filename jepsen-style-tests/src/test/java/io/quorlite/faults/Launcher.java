package io.quorlite.faults;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the tests find the launcher: beside this module, built earlier in the same run. */
public final class Launcher {
    private static final Path PATH = find();

    private Launcher() {}

    public static Path path() {
        return PATH;
    }

    private static Path find() {
        Path launcher = Path.of("../node-agent/bin/node-agent").toAbsolutePath().normalize();
        if (!Files.isExecutable(launcher)) {
            throw new AssertionError("no launcher at " + launcher);
        }
        return launcher;
    }
}
