package io.quorlite.agent.cli;

import io.quorlite.agent.admin.NodeStatus;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.node.Background;
import io.quorlite.agent.node.GivenAuthority;
import io.quorlite.agent.node.NodeSettings;
import io.quorlite.agent.pki.Pem;
import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.service.InstalledService;
import io.quorlite.agent.sysinfo.HostChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code init}: the first node of a new cluster. */
@Command(
        name = "init",
        description = "Makes this host the first node of a new cluster and starts it. Data of a plain 'run' is kept.")
final class InitCommand extends AgentCommand {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Mixin
    final ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--ca-cert",
            paramLabel = "FILE",
            description = "A CA of your own that signs the cluster's certificates, PEM; with --ca-key.")
    @Nullable Path caCertificate;

    @Option(names = "--ca-key", paramLabel = "FILE", description = "Its key, PEM.")
    @Nullable Path caKey;

    @Override
    ExitCode execute() throws Exception {
        long startNanos = System.nanoTime();
        DataFolder folder = folder();
        requireNew(folder);
        boolean kept = folder.hasData();
        NodeSetup setup = NodeSetup.of(folder, options.given(this));
        Progress progress = new Progress(this);
        progress.done("host checks", HostChecks.summary(setup.checkHost()));
        if (caCertificate != null || caKey != null) {
            giveAuthority(folder);
        }
        setup.write();
        NodeStatus status;
        try {
            status = start(folder);
        } catch (Refusal e) {
            if (e.code().equals("START_FAILED")) {
                Files.deleteIfExists(folder.config()); // it can be tried again
            }
            throw e;
        }
        report(progress, folder, setup.node(), status, kept, (System.nanoTime() - startNanos) / 1e9);
        return ExitCode.OK;
    }

    private void requireNew(DataFolder folder) throws IOException {
        if (folder.isInitialised()) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "INITIALISED",
                    "There is a node in " + folder.root() + " already.",
                    "Start it: node-agent start; see it: node-agent status; or wipe it: node-agent reset");
        }
        if (new Background(folder).process().isPresent()) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "A node runs on " + folder.root() + " in plain text. Stop it first: its data is kept.");
        }
    }

    private void giveAuthority(DataFolder folder) throws IOException {
        if (caCertificate == null || caKey == null) {
            throw new Refusal(ExitCode.USAGE, "--ca-cert and --ca-key come together");
        }
        try {
            GivenAuthority.store(folder, Files.readString(caCertificate), Files.readString(caKey));
        } catch (CertificateException e) {
            throw new Refusal(ExitCode.IDENTITY, "the CA in " + caCertificate + " cannot be used: " + e.getMessage());
        }
    }

    private NodeStatus start(DataFolder folder) throws IOException, InterruptedException {
        Background background = new Background(folder);
        Optional<InstalledService> service = InstalledService.of(folder);
        Process process = null;
        if (service.isPresent()) {
            service.get().start();
        } else {
            process = background.start();
        }
        return background.awaitReady(process, true, timeout(LIMIT), seen -> {});
    }

    private void report(
            Progress progress, DataFolder folder, NodeSettings node, NodeStatus status, boolean kept, double seconds)
            throws IOException {
        X509Certificate authority = authority(folder);
        if (kept) {
            progress.done("data kept", "revision " + status.revision());
        }
        long years = Duration.between(Instant.now(), authority.getNotAfter().toInstant())
                        .plusHours(1)
                        .toDays()
                / 365;
        progress.done(
                caCertificate == null ? "cluster CA created" : "cluster CA taken over",
                SpkiPin.of(authority).brief() + "  (valid " + years + " years)");
        String socket = "unix://" + folder.etcdSocket();
        String url = status.addresses().client().get(0);
        progress.done("node " + status.name() + " started", "etcd API " + socket + ", " + url);
        String id = StatusTable.shortId(status.clusterId());
        progress.say(String.format(
                Locale.ROOT,
                "Cluster %s is ready in %.1f s.  HA: no (1 node, tolerates 0 failures). Add two more: node-agent"
                        + " add-node%s",
                id,
                seconds,
                global.dataDirectory == null ? "" : " --data-dir " + global.dataDirectory));
        progress.say("Point kube-apiserver at:  --etcd-servers=" + socket);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "result");
        result.put("clusterId", status.clusterId());
        result.put("name", status.name());
        result.put("id", status.id());
        result.put("caPin", SpkiPin.of(authority).toString());
        result.put("etcd", java.util.List.of(socket, url));
        result.put("seconds", String.format(Locale.ROOT, "%.1f", seconds));
        progress.result("NewCluster", result);
        if (global.output == OutputForm.QUIET) {
            out().println(id);
        }
    }

    private static X509Certificate authority(DataFolder folder) throws IOException {
        try {
            return Pem.certificates(Files.readString(folder.pki().resolve("ca.crt")))
                    .get(0);
        } catch (CertificateException e) {
            throw new IOException("the cluster's CA cannot be read", e);
        }
    }
}
