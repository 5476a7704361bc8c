package io.quorlite.agent.cli;

import io.quorlite.agent.admin.AdminClient;
import io.quorlite.agent.admin.ClusterStatus;
import io.quorlite.agent.admin.Endpoint;
import io.quorlite.agent.admin.MemberStatus;
import io.quorlite.agent.admin.NodeStatus;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.Sizes;
import io.quorlite.agent.node.Background;
import io.quorlite.agent.node.JoinTicket;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.service.InstalledService;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A node between its grant and its first role: started, watched, and taken back if it does not get there. Not thread-safe. */
final class JoinedNode {
    private static final long LOOK_MILLIS = 150;
    private static final Duration CALL = Duration.ofSeconds(5);
    private static final Duration STOP = Duration.ofSeconds(20);

    private final AgentCommand command;
    private final DataFolder folder;
    private final Progress progress;
    private final long deadlineNanos;
    private final Background background;
    private final AdminClient admin;
    private @Nullable Process process;
    private long copyingSinceNanos;

    JoinedNode(AgentCommand command, DataFolder folder, Progress progress, long deadlineNanos) {
        this.command = command;
        this.folder = folder;
        this.progress = progress;
        this.deadlineNanos = deadlineNanos;
        this.background = new Background(folder);
        this.admin = new AdminClient(new Endpoint.Local(folder.adminSocket()), null);
    }

    void start() throws IOException, InterruptedException {
        if (background.process().isPresent()) {
            return; // an earlier attempt started it
        }
        Optional<InstalledService> service = InstalledService.of(folder);
        if (service.isPresent()) {
            service.get().start();
        } else {
            process = background.start();
        }
        background.awaitReady(process, false, left(), seen -> {});
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(1_000_000_000, deadlineNanos - System.nanoTime()));
    }

    /**
     * Waits until the node has its first role, and with {@code serving} until it serves.
     *
     * @param contact a member that can be asked to take everything back; null if none is known
     */
    void await(boolean serving, @Nullable PeerAddress contact, long startNanos)
            throws IOException, InterruptedException {
        Thread detached = new Thread(this::sayDetached, "detached");
        Runtime.getRuntime().addShutdownHook(detached);
        try {
            awaitRole(serving, contact, startNanos);
        } finally {
            forget(detached);
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // it runs already: this process ends
        }
    }

    /** Ctrl-C ends the command and not the node. */
    private void sayDetached() {
        progress.endLine();
        command.err()
                .println("The node goes on joining without this command. How it stands: node-agent status --data-dir "
                        + folder.root() + "; to wait for it again: the same join command");
        command.err().flush();
    }

    private void awaitRole(boolean serving, @Nullable PeerAddress contact, long startNanos)
            throws IOException, InterruptedException {
        boolean everServed = false;
        while (System.nanoTime() < deadlineNanos) {
            requireAlive(contact);
            // In this order: who has read linearizably has applied all that was committed before, the word on its own
            // role among it.
            boolean serves = serves();
            everServed |= serves;
            ClusterStatus cluster = look();
            MemberStatus self = cluster == null ? null : self(cluster);
            if (cluster != null && self != null && !self.role().equals("joining") && (serving ? serves : everServed)) {
                joined(cluster, self, (System.nanoTime() - startNanos) / 1e9);
                return;
            }
            show(cluster, self);
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        giveUp(contact, "it was not a full member in time");
    }

    private void requireAlive(@Nullable PeerAddress contact) throws IOException, InterruptedException {
        if (process != null && !process.isAlive()) {
            String end = lastLine();
            giveUp(contact, "the node ended: " + end);
        }
    }

    private String lastLine() throws IOException {
        var lines = Files.exists(folder.log()) ? Files.readAllLines(folder.log()) : java.util.List.<String>of();
        return lines.isEmpty() ? "its log is empty" : lines.get(lines.size() - 1);
    }

    private @Nullable ClusterStatus look() {
        try {
            return admin.get("/v1/status", ClusterStatus.class, CALL);
        } catch (Refusal e) {
            return null; // it is starting
        }
    }

    private boolean serves() {
        try {
            return admin.get("/v1/node", NodeStatus.class, CALL).ready();
        } catch (Refusal e) {
            return false; // it is starting
        }
    }

    private @Nullable MemberStatus self(ClusterStatus cluster) throws IOException {
        String id = JoinTicket.read(folder).map(JoinTicket::memberId).orElse("");
        return cluster.members().stream()
                .filter(member -> member.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    private void show(@Nullable ClusterStatus cluster, @Nullable MemberStatus self) throws IOException {
        long staged = stagedBytes();
        if (cluster == null || self == null || staged > 0) {
            long total = cluster == null ? 0 : cluster.dbSizeBytes();
            if (staged > 0 && total > 0) {
                progress.underWay("snapshot", copying(staged, Math.max(staged, total)), staged, total);
            } else {
                progress.underWay("waiting", "waiting for the cluster's data", 0, 0);
            }
            return;
        }
        long lag = self.lagEntries() == null ? 0 : self.lagEntries();
        progress.underWay(
                "catch-up",
                lag > 0 ? "catching up, " + lag + " entries to go" : "caught up, waiting for its role",
                0,
                lag);
    }

    private String copying(long staged, long total) {
        long now = System.nanoTime();
        copyingSinceNanos = copyingSinceNanos == 0 ? now : copyingSinceNanos;
        double seconds = (now - copyingSinceNanos) / 1e9;
        String text =
                "copying data " + Sizes.words(staged) + " / " + Sizes.words(total) + "  " + 100 * staged / total + " %";
        return seconds < 1 ? text : text + "  ETA " + Math.round(seconds * (total - staged) / staged) + " s";
    }

    private long stagedBytes() throws IOException {
        Path staging = folder.root().resolve("staging");
        if (!Files.isDirectory(staging)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(staging)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private void joined(ClusterStatus cluster, MemberStatus self, double seconds) throws IOException {
        JoinTicket.delete(folder);
        progress.done("caught up, " + (self.isVoter() ? "promoted to voter" : "made a " + self.role()), "");
        String availability = cluster.ha()
                ? "HA: yes (tolerates " + cluster.faultTolerance()
                        + (cluster.faultTolerance() == 1 ? " failure)" : " failures)")
                : "HA: no (" + StatusTable.whyNot(cluster) + "). Add one more node.";
        progress.say(String.format(
                Locale.ROOT,
                "%s joined cluster %s in %.1f s.  %s",
                self.name(),
                StatusTable.shortId(cluster.clusterId()),
                seconds,
                availability));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "result");
        result.put("clusterId", cluster.clusterId());
        result.put("name", self.name());
        result.put("id", self.id());
        result.put("role", self.role());
        result.put("ha", cluster.ha());
        result.put("faultTolerance", cluster.faultTolerance());
        result.put("seconds", String.format(Locale.ROOT, "%.1f", seconds));
        progress.result("NewMember", result);
    }

    /**
     * Stops the node and has the cluster remove it. Only when the cluster has done so is what the node got of no use any more; while that is
     * not known it may be a voter, and keeps what it has.
     */
    private void giveUp(@Nullable PeerAddress contact, String why) throws IOException, InterruptedException {
        progress.endLine();
        String id = JoinTicket.read(folder).map(JoinTicket::memberId).orElse("");
        boolean takenBack = takenBack(contact, id);
        if (!takenBack) {
            throw new Refusal(
                    ExitCode.TIMEOUT,
                    "OUTCOME_UNKNOWN",
                    "The join did not end in time (" + why
                            + "), and the cluster could not be asked to take it back; it does"
                            + " so itself unless this node gets there yet.",
                    "See on a member: node-agent status. Try again: the same command goes on with it. Its log: "
                            + folder.log());
        }
        Optional<ProcessHandle> running = background.process();
        if (running.isPresent()) {
            background.stop(running.get(), STOP, () -> {});
        }
        Path aside = OldData.moveAside(folder);
        throw new Refusal(
                ExitCode.TIMEOUT,
                "JOIN_FAILED",
                "The join failed: " + why
                        + ". The cluster has removed the node again, and the token can be used again.",
                "What it wrote, its log among it, is in " + aside);
    }

    private boolean takenBack(@Nullable PeerAddress contact, String id) {
        try {
            if (contact == null) {
                admin.call("DELETE", "/v1/members/" + id, null, CALL);
            } else {
                SSLContext tls = ClientCertificate.node(folder);
                new AdminClient(new Endpoint.Remote(contact), tls).call("DELETE", "/v1/members/" + id, null, CALL);
            }
            return true;
        } catch (Refusal e) {
            return e.code().equals("NOT_FOUND"); // it has been removed already
        }
    }
}
