package io.quorlite.agent.cli;

import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.Durations;
import io.quorlite.agent.config.Version;
import io.quorlite.agent.join.JoinExchange;
import io.quorlite.agent.join.JoinGrant;
import io.quorlite.agent.join.JoinRequest;
import io.quorlite.agent.node.JoinTicket;
import io.quorlite.agent.node.NodeSettings;
import io.quorlite.agent.pki.CertificateRequests;
import io.quorlite.agent.pki.NodeSecurity;
import io.quorlite.agent.pki.PkiDirectory;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.sysinfo.HostChecks;
import io.quorlite.agent.token.JoinToken;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code join}: makes this host a node of the cluster that gave the token. It succeeds when the node is in the committed configuration, has
 * caught up, has its role and serves; else everything is taken back.
 */
@Command(
        name = "join",
        description = "Joins the cluster that gave the token, and returns when this node serves as a part of it.")
final class JoinCommand extends AgentCommand {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** How far {@code --wait} goes. */
    enum Wait {
        READY,
        JOINED,
        NONE
    }

    @Mixin
    final ConfigOptions options = new ConfigOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "TOKEN", description = "What add-node printed.")
    @Nullable String token;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Reads the token from a file, or with - from standard input: it is in no history then.")
    @Nullable String tokenFile;

    @Option(
            names = "--wait",
            defaultValue = "ready",
            paramLabel = "LEVEL",
            description = "ready: until it serves; joined: until it has its role; none: until it runs (default:"
                    + " ${DEFAULT-VALUE}).")
    Wait wait = Wait.READY;

    @Option(names = "--dry-run", description = "Check the token, this host and its directory; change nothing.")
    boolean dryRun;

    @Option(names = "--reset", description = "Move what is in the data directory aside first.")
    boolean reset;

    @Option(names = "--no-start", hidden = true, description = "Only be let in; somebody else starts the node.")
    boolean noStart;

    @Override
    ExitCode execute() throws Exception {
        long startNanos = System.nanoTime();
        JoinToken parsed = TokenText.parse(text());
        DataFolder folder = folder();
        Progress progress = new Progress(this);
        if (!dryRun) {
            OldData.makeWay(folder, reset, progress);
        } else {
            OldData.requireNone(folder);
        }
        NodeSetup setup = NodeSetup.of(folder, options.given(this));
        progress.done("host checks", HostChecks.summary(setup.checkHost()));
        if (dryRun) {
            progress.say("Token " + parsed.id() + " is well formed; nothing was changed.");
            progress.result(
                    "JoinCheck", Map.of("type", "result", "tokenId", parsed.id().toString()));
            return ExitCode.OK;
        }
        Duration limit = timeout(LIMIT);
        long deadlineNanos = startNanos + limit.toNanos();
        Optional<PeerAddress> contact = granted(folder, setup, parsed, limit, progress);
        if (noStart) {
            return ExitCode.OK;
        }
        JoinedNode node = new JoinedNode(this, folder, progress, deadlineNanos);
        node.start();
        if (wait == Wait.NONE) {
            progress.say(setup.name() + " runs and goes on joining; see: node-agent status");
            progress.result("JoinUnderWay", Map.of("type", "result", "name", setup.name()));
            return ExitCode.OK;
        }
        node.await(wait == Wait.READY, contact.orElse(null), startNanos);
        return ExitCode.OK;
    }

    private String text() throws IOException {
        if (tokenFile != null) {
            return tokenFile.equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip()
                    : Files.readString(Path.of(tokenFile)).strip();
        }
        if (token == null) {
            throw new Refusal(
                    ExitCode.USAGE,
                    "join needs the token that 'node-agent add-node' prints on a member, or --token-file");
        }
        return token.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip() : token;
    }

    /**
     * Gets everything a member has, and keeps it. An earlier attempt that got so far is gone on with. The order matters for one that dies in
     * between: first the key, then the ask; the ticket and the file with the settings, then what the grant brought.
     *
     * @return the member that granted it, if it was asked now
     */
    private Optional<PeerAddress> granted(
            DataFolder folder, NodeSetup setup, JoinToken parsed, Duration limit, Progress progress)
            throws IOException, CertificateException {
        PkiDirectory pki = new PkiDirectory(folder.pki());
        if (JoinTicket.read(folder).isPresent() && pki.hasNode()) {
            progress.done("earlier attempt found", "it was let in already; going on with it");
            return Optional.empty();
        }
        Files.createDirectories(folder.root());
        NodeSettings node = setup.node();
        KeyPair keys = pki.joinKeys();
        AtomicReference<PeerAddress> reached = new AtomicReference<>();
        JoinExchange exchange = new JoinExchange(parsed, InstantSource.system(), endpoint -> {
            if (reached.getAndSet(endpoint) == null) {
                progress.done(endpoint + " reached, CA verified", "");
            }
        });
        String request = Base64.getEncoder().encodeToString(CertificateRequests.create(keys, setup.name()));
        JoinGrant grant;
        try {
            grant = exchange.ask(millis -> request(parsed, request, setup, node, millis, folder, limit), limit);
        } catch (Refusal e) {
            if (e.exitCode() != ExitCode.TIMEOUT) {
                forget(folder, pki); // nothing was granted: leave no trace
            }
            throw e;
        }
        progress.done("version " + Version.current() + " is compatible with cluster " + grant.version(), "");
        new JoinTicket(grant.clusterId(), grant.memberId()).write(folder);
        setup.write();
        try (NodeSecurity security = NodeSecurity.open(pki, InstantSource.system())) {
            grant.store(security, keys);
            Duration life = security.certificate()
                    .map(own ->
                            Duration.between(Instant.now(), own.getNotAfter().toInstant()))
                    .orElse(Duration.ZERO);
            progress.done(
                    "certificate issued for " + setup.name() + " (expires in " + Durations.words(life.plusSeconds(60))
                            + ", renews itself)",
                    "");
        }
        return Optional.ofNullable(reached.get());
    }

    private static JoinRequest request(
            JoinToken parsed,
            String certificateRequest,
            NodeSetup setup,
            NodeSettings node,
            long millis,
            DataFolder folder,
            Duration limit) {
        return new JoinRequest(
                parsed.id().toString(),
                parsed.secret().text(),
                certificateRequest,
                setup.name(),
                new PeerAddress(setup.host(), node.listenPeer().port()).toString(),
                List.of(setup.host()),
                List.of("https://"
                        + new PeerAddress(
                                setup.host(), node.listenClient().get(0).port())),
                Version.current(),
                node.failureDomain(),
                0,
                millis,
                folder.root().toFile().getUsableSpace(),
                Math.toIntExact(Math.min(limit.toSeconds(), 3600)));
    }

    private static void forget(DataFolder folder, PkiDirectory pki) throws IOException {
        pki.forgetJoinKeys();
        Files.deleteIfExists(folder.pki());
        try {
            Files.deleteIfExists(folder.root());
        } catch (java.nio.file.DirectoryNotEmptyException e) {
            return; // it was there before, with what is not ours
        }
    }
}
