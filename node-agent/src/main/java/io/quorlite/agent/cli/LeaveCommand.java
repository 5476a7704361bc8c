package io.quorlite.agent.cli;

import io.quorlite.agent.admin.AdminClient;
import io.quorlite.agent.admin.ClusterStatus;
import io.quorlite.agent.admin.NodeStatus;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.node.Background;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leave}: this node goes, and the others know it before it stops. */
@Command(
        name = "leave",
        description = "Takes this node out of the cluster for good and stops it; its data stays in its directory.")
final class LeaveCommand extends AgentCommand {
    private static final Duration CALL = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration BY_ITSELF = Duration.ofSeconds(10);

    @Option(names = "--force", description = "Also where the quorum may be lost by it.")
    boolean force;

    @Override
    ExitCode execute() throws Exception {
        AdminClient client = Connection.local(this);
        NodeStatus self = client.get("/v1/node", NodeStatus.class, CALL);
        ClusterStatus cluster = client.get("/v1/status", ClusterStatus.class, CALL);
        if (cluster.members().size() == 1) {
            throw new Refusal(
                    ExitCode.REFUSED_UNSAFE,
                    "ONLY_COPY",
                    "This node holds the only copy of the data; leaving would delete the cluster. To wipe it:"
                            + " node-agent reset",
                    "");
        }
        Confirmation.ask(this, "Take " + self.name() + " out of the cluster for good?");
        client.call("DELETE", "/v1/members/" + self.id() + (force ? "?force=true" : ""), null, timeout(LIMIT));
        stop(self.pid());
        report(self, cluster);
        return ExitCode.OK;
    }

    /** It hears that it was removed and ends; where it does not in time it is told to. */
    private void stop(long pid) throws Exception {
        Background background = new Background(folder());
        long deadlineNanos = System.nanoTime() + BY_ITSELF.toNanos();
        while (background.process().isPresent() && System.nanoTime() < deadlineNanos) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        Optional<ProcessHandle> running = background.process();
        if (running.isPresent() && running.get().pid() == pid) {
            background.stop(running.get(), BY_ITSELF, () -> {});
        }
    }

    private void report(NodeStatus self, ClusterStatus cluster) {
        DataFolder folder = folder();
        if (global.output.isMachine()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("name", self.name());
            result.put("id", self.id());
            result.put("clusterId", cluster.clusterId());
            result.put("dataDir", folder.root().toString());
            Output.machine(out(), global.output, "Leave", result);
        } else if (global.output != OutputForm.QUIET) {
            out().println(self.name() + " left cluster " + StatusTable.shortId(cluster.clusterId())
                    + ". Its data stays in " + folder.root() + "; to join again: node-agent join --reset <token>");
        }
    }
}
