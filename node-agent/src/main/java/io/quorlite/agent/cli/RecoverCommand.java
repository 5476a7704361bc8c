package io.quorlite.agent.cli;

import io.quorlite.agent.admin.AdminClient;
import io.quorlite.agent.admin.Endpoint;
import io.quorlite.agent.admin.Json;
import io.quorlite.agent.admin.NodeStatus;
import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.node.Background;
import io.quorlite.agent.node.NodeSettings;
import io.quorlite.agent.recover.Comparison;
import io.quorlite.agent.recover.Replica;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.datastore.LogPosition;
import io.quorlite.datastore.QuorumLoss;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code recover}: what is left when a majority of the voters is lost for good. */
@Command(
        name = "recover",
        description = "Makes a cluster of what is left when a majority of the voters is lost for good.",
        subcommands = {RecoverCommand.Inspect.class, RecoverCommand.ForceSingle.class})
final class RecoverCommand extends GroupCommand {
    private static LogPosition position(AgentCommand command, Path directory) throws IOException {
        if (new Background(new DataFolder(directory)).process().isPresent()) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "RUNS",
                    "The node in " + directory + " runs.",
                    "Stop it first: node-agent stop --data-dir " + directory);
        }
        return QuorumLoss.inspect(directory);
    }

    @Command(
            name = "inspect",
            description =
                    "Shows how far the log of this stopped node reaches; with -o json for force-single elsewhere.")
    static final class Inspect extends AgentCommand {
        @Override
        ExitCode execute() throws Exception {
            Replica replica = Replica.of(position(this, folder().root()));
            if (global.output.isMachine()) {
                Output.machine(out(), global.output, "Replica", replica);
            } else {
                out().print(table(List.of(replica)));
            }
            return ExitCode.OK;
        }
    }

    private static TextTable table(List<Replica> replicas) {
        TextTable table = new TextTable("NODE", "TERM", "INDEX", "COMMITTED", "CLUSTER", "MEMBERS");
        for (Replica replica : replicas) {
            table.row(
                    replica.name(),
                    String.valueOf(replica.lastTerm()),
                    String.valueOf(replica.lastIndex()),
                    String.valueOf(replica.committedIndex()),
                    replica.clusterId(),
                    String.join(",", replica.members()));
        }
        return table;
    }

    @Command(
            name = "force-single",
            description = {
                "Makes this stopped node the only member of a new cluster with its data. The old cluster is over: its"
                        + " other members are refused and join again by token.",
                "Compare all replicas first: stop those that are left, and give their directories with --compare, or"
                        + " what 'recover inspect -o json' says there with --position."
            })
    static final class ForceSingle extends AgentCommand {
        private static final Duration CALL = Duration.ofSeconds(3);
        private static final Duration LIMIT = Duration.ofSeconds(60);

        @Option(names = "--compare", paramLabel = "DIR", description = "The data directory of another stopped member.")
        List<Path> directories = new ArrayList<>();

        @Option(
                names = "--position",
                paramLabel = "FILE",
                description = "What recover inspect -o json said on another host.")
        List<Path> positions = new ArrayList<>();

        @Option(
                names = "--i-accept-data-loss",
                description = "Go on, knowing that what only the lost members have is lost.")
        boolean accepted;

        @Override
        ExitCode execute() throws Exception {
            DataFolder folder = folder();
            LogPosition position = position(this, folder.root());
            Replica own = Replica.of(position);
            List<Replica> others = others();
            Progress progress = new Progress(this);
            requireNobodyRuns(folder, position, progress);
            Comparison.requireBest(own, others);
            List<Replica> all = new ArrayList<>(List.of(own));
            all.addAll(others);
            progress.say(table(all).toString().stripTrailing());
            progress.say(warning(own, Comparison.unseen(own, others)));
            if (!accepted) {
                throw new Refusal(
                        ExitCode.REFUSED_UNSAFE,
                        "NOT_ACCEPTED",
                        "Nothing was changed.",
                        "To go on: node-agent recover force-single --i-accept-data-loss");
            }
            recover(folder, own, progress);
            return ExitCode.OK;
        }

        private List<Replica> others() throws IOException {
            List<Replica> others = new ArrayList<>();
            for (Path directory : directories) {
                others.add(Replica.of(position(this, directory)));
            }
            for (Path file : positions) {
                others.add(Json.read(Files.readString(file), Replica.class));
            }
            return others;
        }

        /** One that runs may have a leader, or be the better replica: both can be found out, so neither is guessed. */
        private void requireNobodyRuns(DataFolder folder, LogPosition position, Progress progress) {
            for (Member member : position.members()) {
                if (member.id() != position.memberId()) {
                    NodeStatus status = ask(folder, member);
                    if (status == null) {
                        progress.done(member.name(), "not reachable");
                    } else if (status.ready()) {
                        throw new Refusal(
                                ExitCode.REFUSED_UNSAFE,
                                "CLUSTER_WORKS",
                                "Refused: " + member.name()
                                        + " serves, so the cluster has its quorum. Start this node: it"
                                        + " catches up by itself.",
                                "");
                    } else {
                        throw new Refusal(
                                ExitCode.REFUSED_UNSAFE,
                                "REPLICA_RUNS",
                                "Refused: " + member.name()
                                        + " runs, and its log cannot be compared while it does. Stop it,"
                                        + " and give what it has with --position (or --compare).",
                                "There: node-agent stop; node-agent recover inspect -o json");
                    }
                }
            }
        }

        private static @Nullable NodeStatus ask(DataFolder folder, Member member) {
            if (!Files.exists(folder.pki().resolve("node.crt"))) {
                return null; // plain text: there is no admin port to ask
            }
            NodeSettings settings = NodeSettings.of(
                    Configuration.load(Map.of(), Map.of(), folder.config()), folder.root(), "", "quorlite-cluster");
            PeerAddress admin = new PeerAddress(
                    member.peerAddress().host(), settings.listenAdmin().port());
            try {
                return new AdminClient(new Endpoint.Remote(admin), ClientCertificate.node(folder))
                        .get("/v1/node", NodeStatus.class, CALL);
            } catch (Refusal e) {
                requireSilent(member, e);
                return null;
            }
        }

        /** Who answers, but not to this node, whose certificate may have ended meanwhile, runs nevertheless. */
        private static void requireSilent(Member member, Refusal answer) {
            if (answer.exitCode() != ExitCode.UNREACHABLE || listens(member.peerAddress())) {
                throw new Refusal(
                        ExitCode.REFUSED_UNSAFE,
                        "REPLICA_RUNS",
                        "Refused: something listens where " + member.name()
                                + " does, and cannot be asked what it has: " + answer.getMessage() + ". Stop it,"
                                + " and give what it has with --position (or --compare).",
                        "There: node-agent stop; node-agent recover inspect -o json");
            }
        }

        private static boolean listens(PeerAddress address) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address.host(), address.port()), Math.toIntExact(CALL.toMillis()));
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        private static String warning(Replica own, List<String> unseen) {
            String lost = unseen.isEmpty()
                    ? "All replicas were compared, and none reaches further than that of " + own.name() + "."
                    : "Not compared: " + String.join(", ", unseen)
                            + ". Writes that were acknowledged and are only there are lost.";
            return lost + "\n" + own.name()
                    + " becomes the only member of a new cluster. Entries of its log that were never"
                    + " acknowledged (from index " + (own.committedIndex() + 1) + " on) count as written.";
        }

        private void recover(DataFolder folder, Replica own, Progress progress) throws Exception {
            long clusterId = Math.max(1, new SecureRandom().nextLong() >>> 1);
            QuorumLoss.forceNewGroup(folder.root(), clusterId);
            progress.done(
                    "new cluster", String.format(Locale.ROOT, "%016x", clusterId) + " (was " + own.clusterId() + ")");
            retireCertificates(folder, progress);
            if (folder.isInitialised()) {
                Background background = new Background(folder);
                NodeStatus status = background.awaitReady(background.start(), true, timeout(LIMIT), seen -> {});
                progress.done("node " + own.name() + " started", "revision " + status.revision());
                progress.say(
                        "Add the others again: node-agent add-node here, and there: node-agent join --reset <token>");
                progress.say("Clients over TCP need the new certificate in "
                        + folder.pki().resolve("client.crt"));
            }
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", "result");
            result.put("clusterId", String.format(Locale.ROOT, "%016x", clusterId));
            result.put("oldClusterId", own.clusterId());
            result.put("name", own.name());
            progress.result("Recovery", result);
        }

        /** They name the old cluster. The authority stays; from it the next start makes new ones. */
        private static void retireCertificates(DataFolder folder, Progress progress) throws IOException {
            if (!Files.isDirectory(folder.pki())) {
                return;
            }
            String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
            Path aside = folder.pki().resolve("old-" + time);
            Files.createDirectories(aside);
            for (String name : List.of("node", "client", "admin")) {
                for (String suffix : List.of(".crt", ".key")) {
                    Path file = folder.pki().resolve(name + suffix);
                    if (Files.exists(file)) {
                        Files.move(file, aside.resolve(name + suffix));
                    }
                }
            }
            progress.done("certificates", "of the old cluster are in " + aside);
        }
    }
}
