package io.quorlite.agent.cli;

import io.quorlite.agent.admin.NodeStatus;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.node.Background;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.service.InstalledService;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code start}, {@code stop} and {@code restart}: of the service where one is installed for the directory, else of a process in the background. */
final class LifeCommands {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private LifeCommands() {}

    @Command(name = "start", description = "Starts the node in the background and returns when it runs.")
    static final class Start extends AgentCommand {
        @Option(
                names = "--wait",
                defaultValue = "ready",
                paramLabel = "LEVEL",
                description = "ready: until it serves; none: until it runs (default: ${DEFAULT-VALUE}).")
        String wait = "ready";

        @Override
        ExitCode execute() throws Exception {
            return start(this, !wait.equals("none"));
        }
    }

    @Command(
            name = "stop",
            description = "Stops the node in order: it hands over what it leads, then ends. Returns when it has.")
    static final class Stop extends AgentCommand {
        @Override
        ExitCode execute() throws Exception {
            stop(this);
            return ExitCode.OK;
        }
    }

    @Command(name = "restart", description = "Stops the node in order and starts it again.")
    static final class Restart extends AgentCommand {
        @Override
        ExitCode execute() throws Exception {
            stop(this);
            return start(this, true);
        }
    }

    private static ExitCode start(AgentCommand command, boolean serving) throws Exception {
        DataFolder folder = command.folder();
        if (!folder.isInitialised() && !folder.hasData()) {
            throw new Refusal(
                    ExitCode.USAGE,
                    "NOT_INITIALISED",
                    "There is no node in " + folder.root() + ".",
                    "Make one: node-agent init, or node-agent join <token>; or name another: --data-dir");
        }
        Background background = new Background(folder);
        Optional<ProcessHandle> running = background.process();
        if (running.isPresent()) {
            say(command, "already running", running.get().pid(), "");
            return ExitCode.OK;
        }
        long startNanos = System.nanoTime();
        Process process = null;
        Optional<InstalledService> service = InstalledService.of(folder);
        if (service.isPresent()) {
            service.get().start();
        } else {
            process = background.start();
        }
        NodeStatus status = background.awaitReady(process, serving, command.timeout(START_LIMIT), seen -> {});
        String seconds = String.format(Locale.ROOT, " in %.1f s", (System.nanoTime() - startNanos) / 1e9);
        say(command, serving ? "ready" : "started", status.pid(), seconds);
        return ExitCode.OK;
    }

    private static void stop(AgentCommand command) throws Exception {
        Background background = new Background(command.folder());
        Optional<ProcessHandle> running = background.process();
        if (running.isEmpty()) {
            say(command, "not running", 0, "");
            return;
        }
        ProcessHandle process = running.get();
        long startNanos = System.nanoTime();
        Optional<InstalledService> service = InstalledService.of(command.folder());
        if (service.isPresent()) {
            service.get().stop();
        }
        Duration limit = command.timeout(STOP_LIMIT);
        boolean stopped = background.stop(process, limit, () -> {
            command.err().println(Terminal.underWay() + "the node hands over its part and ends what is under way");
            command.err().flush();
        });
        if (!stopped) {
            throw new Refusal(
                    ExitCode.TIMEOUT,
                    "TIMEOUT",
                    "The node has not stopped within " + limit.toSeconds() + " s. It goes on stopping: process "
                            + process.pid() + ".",
                    "Its log: " + command.folder().log());
        }
        say(
                command,
                "stopped",
                process.pid(),
                String.format(Locale.ROOT, " in %.1f s", (System.nanoTime() - startNanos) / 1e9));
    }

    private static void say(AgentCommand command, String state, long pid, String time) {
        if (command.global.output.isMachine()) {
            Output.machine(command.out(), command.global.output, "NodeProcess", Map.of("state", state, "pid", pid));
        } else if (command.global.output != OutputForm.QUIET) {
            command.out()
                    .println("node in " + command.folder().root() + " is " + state + time
                            + (pid == 0 ? "" : " (process " + pid + ")"));
        }
    }
}
