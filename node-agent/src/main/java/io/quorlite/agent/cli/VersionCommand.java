package io.quorlite.agent.cli;

import io.quorlite.agent.config.Version;
import io.quorlite.agent.refusal.ExitCode;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Shows this program's version and the etcd version it answers as.")
final class VersionCommand extends AgentCommand {
    @Override
    ExitCode execute() {
        String etcd = io.quorlite.etcd.EtcdServerConfig.DEFAULT_VERSION;
        if (global.output.isMachine()) {
            Output.machine(out(), global.output, "Version", Map.of("nodeAgent", Version.current(), "etcd", etcd));
        } else if (global.output == OutputForm.QUIET) {
            out().println(Version.current());
        } else {
            out().println(new NodeAgent.Versions().getVersion()[0]);
        }
        return ExitCode.OK;
    }
}
