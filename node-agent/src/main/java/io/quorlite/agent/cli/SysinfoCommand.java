package io.quorlite.agent.cli;

import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.node.Background;
import io.quorlite.agent.node.NodeSettings;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.sysinfo.Finding;
import io.quorlite.agent.sysinfo.Finding.Verdict;
import io.quorlite.agent.sysinfo.HostChecks;
import io.quorlite.replication.PeerAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "sysinfo",
        description = "Checks whether this host is fit for a node; exits with 12 on warnings, with 13 where it is not.")
final class SysinfoCommand extends AgentCommand {
    @Mixin
    final ConfigOptions options = new ConfigOptions();

    @Option(names = "--force", description = "Only warn of file systems that are not fit for data.")
    boolean force;

    @Override
    ExitCode execute() throws Exception {
        DataFolder folder = new DataFolder(options.dataDirectory(this, folder().root()));
        NodeSettings node = NodeSettings.of(options.load(this, folder), folder.root(), "", "");
        boolean runs = new Background(folder).process().isPresent();
        List<PeerAddress> ports =
                runs ? List.of() : List.of(node.listenClient().get(0), node.listenPeer(), node.listenAdmin());
        List<Finding> findings = new HostChecks(folder.root(), ports, force).run();
        show(findings);
        if (HostChecks.count(findings, Verdict.REJECT) > 0) {
            return ExitCode.PREFLIGHT;
        }
        return HostChecks.count(findings, Verdict.WARN) > 0 ? ExitCode.DEGRADED : ExitCode.OK;
    }

    private void show(List<Finding> findings) {
        if (global.output.isMachine()) {
            Output.machine(out(), global.output, "HostReport", Map.of("findings", findings));
            return;
        }
        Colours colours = Colours.of(global);
        for (Finding finding : findings) {
            String verdict = finding.verdict().name().toLowerCase(Locale.ROOT);
            String painted = switch (finding.verdict()) {
                case PASS -> colours.green(verdict);
                case WARN -> colours.yellow(verdict);
                case REJECT -> colours.red(verdict);
            };
            out().println(finding.name() + ": " + finding.value() + " (" + painted + ")"
                    + (finding.advice().isEmpty() ? "" : ": " + finding.advice()));
        }
    }
}
