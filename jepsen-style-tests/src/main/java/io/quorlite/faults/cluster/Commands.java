package io.quorlite.faults.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Commands of the operating system. */
public final class Commands {
    private Commands() {}

    /**
     * Runs a command to its end and returns what it printed.
     *
     * @throws IOException if it cannot be run, or ends with another code than 0
     */
    public static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + code + ": " + output.strip());
        }
        return output;
    }

    /** Whether a command runs and ends with 0. */
    public static boolean succeeds(String... command) throws InterruptedException {
        try {
            run(command);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a program is on the path. */
    public static boolean has(String program) throws InterruptedException {
        return succeeds("sh", "-c", "command -v " + program);
    }
}
