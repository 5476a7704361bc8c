package io.quorlite.agent.cli;

import io.quorlite.agent.config.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;

/** The {@code node-agent} command: what it can do, in the order in which one needs it. */
@Command(
        name = "node-agent",
        description = "A node of a replicated datastore that speaks etcd v3.",
        mixinStandardHelpOptions = true,
        versionProvider = NodeAgent.Versions.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            InitCommand.class,
            TokenCommands.AddNode.class,
            JoinCommand.class,
            TokenCommands.Token.class,
            StatusCommand.class,
            MembersCommand.class,
            LeaveCommand.class,
            MemberCommands.RemoveNode.class,
            MemberCommands.Promote.class,
            MemberCommands.Demote.class,
            MemberCommands.MoveLeader.class,
            MemberCommands.Drain.class,
            MemberCommands.Undrain.class,
            MemberCommands.Weight.class,
            MemberCommands.Compact.class,
            LifeCommands.Start.class,
            LifeCommands.Stop.class,
            LifeCommands.Restart.class,
            ResetCommand.class,
            CertsCommand.class,
            RecoverCommand.class,
            RunCommand.class,
            SysinfoCommand.class,
            ConfigCommand.class,
            ServiceCommands.Install.class,
            ServiceCommands.Uninstall.class,
            CompletionCommand.class,
            VersionCommand.class,
            WarmUpCommand.class,
            HelpCommand.class
        })
final class NodeAgent {
    /** This program's version and the etcd version it answers as. */
    static final class Versions implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "node-agent " + Version.current() + " (etcd API " + io.quorlite.etcd.EtcdServerConfig.DEFAULT_VERSION
                        + ")"
            };
        }
    }
}
