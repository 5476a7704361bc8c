package io.quorlite.agent.cli;

import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.service.InstalledService;
import io.quorlite.agent.service.InstalledService.InitSystem;
import io.quorlite.agent.service.ServiceFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code install} and {@code uninstall}: the node as a service of the host. */
final class ServiceCommands {
    private ServiceCommands() {}

    @Command(
            name = "install",
            description = "Makes the node a service that starts with the host, under systemd or OpenRC.")
    static final class Install extends AgentCommand {
        @Option(names = "--dry-run", description = "Show the service file and what would be done; do nothing.")
        boolean dryRun;

        @Option(
                names = "--init-system",
                paramLabel = "KIND",
                description = "systemd or openrc (default: what runs this host).")
        @Nullable InitSystem initSystem;

        @Option(
                names = "--user",
                paramLabel = "NAME",
                description = "The account it runs under (default: the data directory's owner, else node-agent).")
        @Nullable String user;

        @Override
        ExitCode execute() throws Exception {
            DataFolder folder = folder();
            InitSystem kind = initSystem == null ? InstalledService.initSystem() : initSystem;
            if (kind == InitSystem.NONE) {
                throw new Refusal(
                        ExitCode.USAGE,
                        "NO_INIT_SYSTEM",
                        "This host runs neither systemd nor OpenRC.",
                        "Have your supervisor run: node-agent run --data-dir " + folder.root()
                                + "; or see the files: node-agent install --dry-run --init-system systemd");
            }
            String launcher = System.getProperty("node.agent.launcher", "/usr/bin/node-agent");
            ServiceFile file = kind == InitSystem.SYSTEMD
                    ? ServiceFile.systemd(folder, launcher, account(folder))
                    : ServiceFile.openRc(folder, launcher, account(folder));
            if (!dryRun) {
                install(file);
            }
            if (global.output.isMachine()) {
                Output.machine(out(), global.output, "Service", described(file));
                return ExitCode.OK;
            }
            if (dryRun) {
                out().println("# " + file.path());
                out().print(file.content());
                file.enable().forEach(command -> out().println("# then: " + String.join(" ", command)));
                return ExitCode.OK;
            }
            out().println("installed " + file.path() + "; it starts with the host. Start it now: node-agent start"
                    + (global.dataDirectory == null ? "" : " --data-dir " + folder.root()));
            return ExitCode.OK;
        }

        private Map<String, Object> described(ServiceFile file) {
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("name", file.name());
            described.put("path", file.path().toString());
            described.put("content", file.content());
            described.put("commands", file.enable());
            described.put("installed", !dryRun);
            return described;
        }

        private void install(ServiceFile file) throws Exception {
            if (!System.getProperty("user.name").equals("root")) {
                throw new Refusal(ExitCode.USAGE, "To install a service takes root. See what it would be: --dry-run");
            }
            requireAccount(account(folder()));
            Files.writeString(file.path(), file.content());
            if (file.executable()) {
                Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            for (List<String> command : file.enable()) {
                InstalledService.run(command);
            }
        }

        private static void requireAccount(String account) throws Exception {
            try {
                InstalledService.run(List.of("id", "-u", account));
            } catch (Refusal e) {
                throw new Refusal(
                        ExitCode.USAGE,
                        "NO_ACCOUNT",
                        "There is no account " + account + " for the service to run under.",
                        "Make it: useradd --system --shell /usr/sbin/nologin " + account + "; or name another: --user");
            }
        }

        private String account(DataFolder folder) throws Exception {
            if (user != null) {
                return user;
            }
            Path root = folder.root();
            return Files.exists(root) ? Files.getOwner(root).getName() : "node-agent";
        }
    }

    @Command(name = "uninstall", description = "Stops the service and makes the host forget it; the data stays.")
    static final class Uninstall extends AgentCommand {
        @Option(names = "--dry-run", description = "Show what would be done; do nothing.")
        boolean dryRun;

        @Override
        ExitCode execute() throws Exception {
            Optional<InstalledService> service = InstalledService.of(folder());
            if (global.output.isMachine()) {
                boolean removed = service.isPresent() && !dryRun;
                if (removed) {
                    remove(service.get());
                }
                Output.machine(
                        out(),
                        global.output,
                        "Service",
                        Map.of("name", service.map(InstalledService::name).orElse(""), "removed", removed));
                return ExitCode.OK;
            }
            if (service.isEmpty()) {
                out().println("no service is installed for " + folder().root());
                return ExitCode.OK;
            }
            if (dryRun) {
                service.get().disable().forEach(command -> out().println(String.join(" ", command)));
                out().println("rm " + service.get().file());
            } else {
                remove(service.get());
                out().println("uninstalled " + service.get().name() + "; the data stays in " + folder().root());
            }
            return ExitCode.OK;
        }

        private static void remove(InstalledService service) throws Exception {
            for (List<String> command : service.disable()) {
                InstalledService.run(command);
            }
            Files.deleteIfExists(service.file());
        }
    }
}
