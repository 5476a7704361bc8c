package io.quorlite.agent.cli;

import io.quorlite.agent.admin.AdminClient;
import io.quorlite.agent.admin.ClusterStatus;
import io.quorlite.agent.admin.NodeStatus;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code status}: the cluster on one screen. */
@Command(
        name = "status",
        description =
                "Shows how the cluster stands; exits with 12 where it works but not all of it, with 4 where it does"
                        + " not.")
final class StatusCommand extends AgentCommand {
    private static final Duration CALL = Duration.ofSeconds(10);
    private static final long WAIT_LOOK_MILLIS = 100;
    private static final long WATCH_MILLIS = 2_000;
    /** How long an election is waited for: some of them, as votes may split. */
    private static final Duration ELECTION = Duration.ofSeconds(5);

    /** What {@code --wait} waits for. */
    enum Wait {
        /** This node serves. */
        READY,
        /** The cluster tolerates a failure, and nothing is missing. */
        HA
    }

    @Option(
            names = "--wait",
            paramLabel = "LEVEL",
            description = "Wait until the node serves (ready), or until the cluster tolerates a failure (ha).")
    @Nullable Wait wait;

    @Option(names = "--watch", description = "Show it again every two seconds until interrupted.")
    boolean watch;

    @Override
    ExitCode execute() throws Exception {
        AdminClient client = Connection.open(this);
        if (wait != null) {
            awaitLevel(client, wait);
        }
        if (!watch) {
            return show(settled(client));
        }
        while (true) {
            if (Terminal.isInteractive()) {
                out().print("\u001b[H\u001b[2J");
            }
            try {
                show(client.get("/v1/status", ClusterStatus.class, CALL));
            } catch (Refusal e) {
                out().println(e.text()); // it may come back: that is what is waited for
            }
            out().flush();
            TimeUnit.MILLISECONDS.sleep(WATCH_MILLIS);
        }
    }

    /** An election is over in a moment, and then there is more to say than that there is one. */
    private ClusterStatus settled(AdminClient client) throws InterruptedException {
        Duration given = timeout(ELECTION);
        long limitNanos = (given.compareTo(ELECTION) < 0 ? given : ELECTION).toNanos();
        long startNanos = System.nanoTime();
        while (true) {
            ClusterStatus status = client.get("/v1/status", ClusterStatus.class, CALL);
            boolean electing = status.hasNoLeader() && status.quorum().holds();
            if (!electing || System.nanoTime() - startNanos > limitNanos) {
                return status;
            }
            TimeUnit.MILLISECONDS.sleep(WAIT_LOOK_MILLIS);
        }
    }

    private void awaitLevel(AdminClient client, Wait level) throws InterruptedException {
        Duration limit = timeout(Duration.ofMinutes(1));
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        String last = "";
        while (System.nanoTime() < deadlineNanos) {
            try {
                if (level == Wait.READY
                        ? client.get("/v1/node", NodeStatus.class, CALL).ready()
                        : isHighlyAvailable(client.get("/v1/status", ClusterStatus.class, CALL))) {
                    return;
                }
                last = level == Wait.READY ? "the node does not serve yet" : "the cluster is not highly available yet";
            } catch (Refusal e) {
                last = String.valueOf(e.getMessage());
            }
            TimeUnit.MILLISECONDS.sleep(WAIT_LOOK_MILLIS);
        }
        throw new Refusal(
                ExitCode.TIMEOUT,
                "TIMEOUT",
                "Not " + level.name().toLowerCase(java.util.Locale.ROOT) + " within " + limit.toSeconds() + " s: "
                        + last,
                "");
    }

    private static boolean isHighlyAvailable(ClusterStatus status) {
        return status.ha() && status.degraded() == null;
    }

    private ExitCode show(ClusterStatus status) {
        if (global.output.isMachine()) {
            Output.machine(out(), global.output, "ClusterStatus", status);
        } else if (global.output == OutputForm.QUIET) {
            out().println(status.degraded() != null ? "degraded" : status.ha() ? "ha" : "ok");
        } else {
            out().print(StatusTable.of(status, global.output == OutputForm.WIDE, Instant.now(), Colours.of(global)));
        }
        if (status.degraded() == null) {
            return ExitCode.OK;
        }
        return status.hasNoLeader() ? ExitCode.NO_LEADER : ExitCode.DEGRADED;
    }
}
