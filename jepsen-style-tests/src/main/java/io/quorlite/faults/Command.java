package io.quorlite.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A command of the agent as a user types it, run to its end. Its node goes on in the background where it starts one. */
public record Command(int exitCode, String out, String err) {
    private static final long SECONDS_MAX = 180;

    public static Command run(Path launcher, Path folder, String... arguments)
            throws IOException, InterruptedException {
        return RunningCommand.start(launcher, folder, Map.of(), arguments).await(SECONDS_MAX);
    }

    /** Both outputs, to be shown when something is not as expected. */
    public String all() {
        return "exit " + exitCode + "\n" + out + err;
    }
}
