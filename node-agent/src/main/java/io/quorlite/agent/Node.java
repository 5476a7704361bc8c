package io.quorlite.agent;

import io.quorlite.datastore.Datastore;
import io.quorlite.etcd.EtcdServer;
import io.quorlite.etcd.EtcdServerConfig;
import io.quorlite.replication.CorruptLogException;
import io.quorlite.sqlite.CorruptDatabaseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: the datastore and its etcd face. They start in this order and stop in the reverse one, so that no call
 * reaches a store that is closed.
 */
final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final long LEADER_LOOK_MILLIS = 20;

    private final NodeSettings settings;
    private final Datastore store;
    private final EtcdServer server;

    private Node(NodeSettings settings, Datastore store, EtcdServer server) {
        this.settings = settings;
        this.store = store;
        this.server = server;
    }

    static Node start(NodeSettings settings) throws IOException {
        Datastore store = Datastore.open(settings.datastore());
        try {
            EtcdServerConfig config = EtcdServerConfig.builder()
                    .listen(
                            settings.listenClient().host(),
                            settings.listenClient().port())
                    .electionTimeout(settings.electionTimeout())
                    .quotaBytes(settings.quotaBytes())
                    .build();
            return new Node(settings, store, EtcdServer.start(store, config));
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** Runs a node until it is told to stop or its store stops by itself; returns the exit code. */
    static int run(NodeSettings settings, PrintWriter out) throws IOException, InterruptedException {
        Node node = start(settings);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> node.stopInOrder(stopped), "stop"));
        try {
            if (node.awaitReady(out)) {
                node.printReady(out);
            }
            node.store.terminated().get();
            return ExitCode.OK;
        } catch (ExecutionException e) {
            // The store has stopped itself and answers nothing any more: only the process is left to end.
            LOG.error("node {} stops", settings.name(), e.getCause());
            return exitCodeOf(Objects.requireNonNullElse(e.getCause(), e));
        } finally {
            stopped.countDown();
        }
    }

    private void stopInOrder(CountDownLatch stopped) {
        if (stopped.getCount() == 0) {
            return; // it stopped by itself
        }
        LOG.info("node {} stops", settings.name());
        close();
    }

    /** Waits until a linearizable read succeeds here, and says now and then what for; false where the store stopped first. */
    private boolean awaitReady(PrintWriter out) throws InterruptedException {
        long nextWordNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        while (!store.terminated().isDone()) {
            try {
                store.checkLinearizable().get(LEADER_LOOK_MILLIS * 50, TimeUnit.MILLISECONDS);
                return true;
            } catch (ExecutionException | TimeoutException e) {
                if (System.nanoTime() > nextWordNanos) {
                    out.printf(
                            "node %s waits for a leader: %d members, a majority of them must run%n",
                            settings.name(), store.members().size());
                    out.flush();
                    nextWordNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                }
                TimeUnit.MILLISECONDS.sleep(LEADER_LOOK_MILLIS);
            }
        }
        return false;
    }

    private void printReady(PrintWriter out) {
        int members = store.members().size();
        int tolerated = (members - 1) / 2;
        double seconds = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
        String endpoint = settings.listenClient().host() + ":" + server.port();
        out.printf(
                Locale.ROOT,
                "node %s is ready in %.1f s: etcd API on http://%s, data in %s, %d %s, tolerates %d %s%n",
                settings.name(),
                seconds,
                endpoint,
                settings.dataDirectory(),
                members,
                members == 1 ? "member" : "members",
                tolerated,
                tolerated == 1 ? "failure" : "failures");
        out.printf("  try it:             etcdctl --endpoints=%s put greeting hello%n", endpoint);
        out.printf("  for Kubernetes:     kube-apiserver --etcd-servers=http://%s%n", endpoint);
        out.printf("  stop it:            Ctrl-C%n");
        out.flush();
    }

    @Override
    public void close() {
        server.close();
        store.close();
    }

    static int exitCodeOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CorruptLogException || cause instanceof CorruptDatabaseException) {
                return ExitCode.CORRUPTION;
            }
        }
        return ExitCode.INTERNAL_ERROR;
    }

    /** What went wrong in words for a person, each cause once; the stack is the log's affair. */
    static String describe(Throwable failure) {
        LOG.debug("the command failed", failure);
        StringBuilder text = new StringBuilder();
        String last = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            if (!last.contains(message)) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
                last = message;
            }
        }
        return text.toString();
    }
}
