package io.quorlite.agent.service;

import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A service that is installed for a data directory, under the init system that runs this host. */
public record InstalledService(String name, boolean systemd, Path file) {
    /** The init system of this host. */
    public enum InitSystem {
        SYSTEMD,
        OPENRC,
        NONE
    }

    public static InitSystem initSystem() {
        if (Files.isDirectory(Path.of("/run/systemd/system"))) {
            return InitSystem.SYSTEMD;
        }
        return Files.isExecutable(Path.of("/sbin/openrc-run")) ? InitSystem.OPENRC : InitSystem.NONE;
    }

    /** Empty where none is installed for this very directory. */
    public static Optional<InstalledService> of(DataFolder folder) throws IOException {
        InitSystem initSystem = initSystem();
        if (initSystem == InitSystem.NONE) {
            return Optional.empty();
        }
        String name = ServiceFile.name(folder);
        boolean systemd = initSystem == InitSystem.SYSTEMD;
        Path file = systemd ? Path.of("/etc/systemd/system", name + ".service") : Path.of("/etc/init.d", name);
        if (!Files.exists(file) || !Files.readString(file).contains("--data-dir " + folder.root())) {
            return Optional.empty();
        }
        return Optional.of(new InstalledService(name, systemd, file));
    }

    public void start() throws IOException, InterruptedException {
        run(systemd ? List.of("systemctl", "start", name) : List.of("rc-service", name, "start"));
    }

    public void stop() throws IOException, InterruptedException {
        run(systemd ? List.of("systemctl", "stop", name) : List.of("rc-service", name, "stop"));
    }

    /** The commands that make the host forget it; the data stays. */
    public List<List<String>> disable() {
        return systemd
                ? List.of(List.of("systemctl", "disable", "--now", name))
                : List.of(List.of("rc-service", name, "stop"), List.of("rc-update", "delete", name));
    }

    /** @throws Refusal if the command fails, with what it said */
    public static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new Refusal(
                    ExitCode.INTERNAL_ERROR,
                    "SERVICE",
                    "'" + String.join(" ", command) + "' failed: " + output.strip(),
                    "");
        }
    }
}
