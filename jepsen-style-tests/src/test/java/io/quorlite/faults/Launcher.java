package io.quorlite.faults;

import io.quorlite.faults.cluster.Commands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the tests find the launcher: beside this module, built earlier in the same run. */
public final class Launcher {
    private static final Path PATH = warmedUp(find());

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

    /** Nodes and commands start by the hundred, and with archives of their classes in half the time. */
    private static Path warmedUp(Path launcher) {
        try {
            Commands.run(launcher.toString(), "warm-up");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return launcher;
    }
}
