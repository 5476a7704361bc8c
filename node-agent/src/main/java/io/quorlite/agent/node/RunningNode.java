package io.quorlite.agent.node;

import io.quorlite.agent.admin.RunningConfiguration;
import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Failures;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.replication.RemovedFromClusterException;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process of a node in the foreground: from its start until it is told to stop, or stops by itself. */
public final class RunningNode {
    private static final Logger LOG = LoggerFactory.getLogger(RunningNode.class);
    private static final long LOOK_MILLIS = 20;
    private static final Duration HAND_OVER_MAX = Duration.ofSeconds(10);

    private final NodeSettings settings;
    private final Node node;
    private final PrintWriter out;

    private RunningNode(NodeSettings settings, Node node, PrintWriter out) {
        this.settings = settings;
        this.node = node;
        this.out = out;
    }

    /**
     * Blocks while the node runs.
     *
     * @param again reads the settings once more, as SIGHUP and {@code config set} ask for
     */
    public static ExitCode run(
            NodeSettings settings, Configuration configuration, Supplier<Configuration> again, PrintWriter out)
            throws IOException, InterruptedException {
        AgentLogging.setLevel(configuration);
        Node node = Node.start(settings, configuration, again);
        HangUp.on(() -> reload(node.configuration()));
        return new RunningNode(settings, node, out).run();
    }

    private static void reload(RunningConfiguration configuration) {
        try {
            for (RunningConfiguration.Change change : configuration.reload()) {
                LOG.info(
                        "{} is {} now in {}: {}",
                        change.key(),
                        change.value(),
                        change.origin(),
                        change.state() == RunningConfiguration.State.APPLIED ? "in force" : "needs a restart");
            }
            LOG.info("the settings were read again");
        } catch (Refusal e) {
            LOG.error("the settings cannot be read again, the node goes on with those it has: {}", e.getMessage());
        }
    }

    private ExitCode run() throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopInOrder(stopped), "stop"));
        try {
            if (awaitReady()) {
                printReady();
            }
            node.store().terminated().get();
            return ExitCode.OK;
        } catch (ExecutionException e) {
            // The store has stopped itself and answers nothing any more: only the process is left to end.
            if (e.getCause() instanceof RemovedFromClusterException removed) {
                LOG.error("node {} stops: {}", settings.name(), removed.getMessage());
            } else {
                LOG.error("node {} stops", settings.name(), e.getCause());
            }
            return Failures.exitCode(Objects.requireNonNullElse(e.getCause(), e));
        } finally {
            stopped.countDown();
        }
    }

    private void stopInOrder(CountDownLatch stopped) {
        if (stopped.getCount() > 0) { // else it stopped by itself
            LOG.info("node {} stops", settings.name());
            node.store().handOver(HAND_OVER_MAX).join();
        }
        node.close();
    }

    /** Waits until a linearizable read succeeds here, and says now and then what for; false where the store stopped first. */
    private boolean awaitReady() throws InterruptedException {
        long nextWordNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        while (!node.store().terminated().isDone()) {
            if (node.isReady(LOOK_MILLIS * 50)) {
                return true;
            }
            if (System.nanoTime() > nextWordNanos) {
                out.printf(
                        "node %s waits for a leader: %d members, a majority of them must run%n",
                        settings.name(), node.store().members().size());
                out.flush();
                nextWordNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return false;
    }

    private void printReady() {
        int members = node.store().members().size();
        int tolerated = (members - 1) / 2;
        double seconds = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
        String endpoint =
                settings.listenClient().get(0).host() + ":" + node.server().port();
        String url = (settings.secured() ? "https://" : "http://") + endpoint;
        out.printf(
                Locale.ROOT,
                "node %s is ready in %.1f s: etcd API on %s, data in %s, %d %s, tolerates %d %s%n",
                settings.name(),
                seconds,
                url,
                settings.dataDirectory(),
                members,
                members == 1 ? "member" : "members",
                tolerated,
                tolerated == 1 ? "failure" : "failures");
        if (!settings.secured()) {
            out.printf("  try it:             etcdctl --endpoints=%s put greeting hello%n", endpoint);
            out.printf("  for Kubernetes:     kube-apiserver --etcd-servers=%s%n", url);
        }
        out.printf("  stop it:            Ctrl-C%n");
        out.flush();
    }
}
