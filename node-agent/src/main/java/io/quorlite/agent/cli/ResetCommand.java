package io.quorlite.agent.cli;

import io.quorlite.agent.admin.ClusterStatus;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.node.Background;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code reset}: this host has no node any more. What it had is moved aside, not deleted. */
@Command(
        name = "reset",
        description = "Stops this node and moves its data directory aside, so that init or join can begin anew.")
final class ResetCommand extends AgentCommand {
    private static final Duration CALL = Duration.ofSeconds(10);
    private static final Duration STOP = Duration.ofSeconds(60);

    @Option(names = "--force", description = "Also where the node is still a member of a cluster with others.")
    boolean force;

    @Override
    ExitCode execute() throws Exception {
        DataFolder folder = folder();
        if (!Files.exists(folder.root())) {
            out().println("there is nothing in " + folder.root());
            return ExitCode.OK;
        }
        Background background = new Background(folder);
        Optional<ProcessHandle> running = background.process();
        if (running.isPresent() && !force) {
            requireAlone();
        }
        Confirmation.ask(this, "Stop the node in " + folder.root() + " and move its data aside?");
        if (running.isPresent() && !background.stop(running.get(), timeout(STOP), () -> {})) {
            throw new Refusal(
                    ExitCode.TIMEOUT,
                    "The node does not stop: process " + running.get().pid());
        }
        Path aside = OldData.moveAside(folder);
        if (global.output.isMachine()) {
            Output.machine(out(), global.output, "Reset", Map.of("movedTo", aside.toString()));
        } else if (global.output == OutputForm.QUIET) {
            out().println(aside);
        } else {
            out().println("The node's data is in " + aside + " now. When nobody needs it any more: rm -r " + aside);
        }
        return ExitCode.OK;
    }

    /** A member that is wiped is missed by the others, who were not asked. */
    private void requireAlone() {
        ClusterStatus cluster;
        try {
            cluster = Connection.local(this).get("/v1/status", ClusterStatus.class, CALL);
        } catch (Refusal e) {
            return; // it does not answer: nothing can be asked of it
        }
        if (cluster.members().size() > 1) {
            throw new Refusal(
                    ExitCode.REFUSED_UNSAFE,
                    "MEMBER",
                    "Refused: this node is one of " + cluster.members().size()
                            + " members, and the others would go on counting on it. Leave first: node-agent leave."
                            + " To override: --force",
                    "");
        }
    }
}
