package io.quorlite.agent.cli;

import io.quorlite.agent.config.Version;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;

/** The {@code node-agent} command: what it can do, in the order in which one needs it. */
@Command(
        name = "node-agent",
        description = "A node of a replicated datastore that speaks etcd v3.",
        mixinStandardHelpOptions = true,
        versionProvider = NodeAgent.Versions.class,
        synopsisSubcommandLabel = "COMMAND")
final class NodeAgent {
    private static final List<Sub> COMMANDS = List.of(
            new Sub("init", InitCommand.class),
            new Sub("add-node", TokenCommands.AddNode.class),
            new Sub("join", JoinCommand.class),
            new Sub("token", TokenCommands.Token.class),
            new Sub("status", StatusCommand.class),
            new Sub("members", MembersCommand.class),
            new Sub("leave", LeaveCommand.class),
            new Sub("remove-node", MemberCommands.RemoveNode.class),
            new Sub("promote", MemberCommands.Promote.class),
            new Sub("demote", MemberCommands.Demote.class),
            new Sub("move-leader", MemberCommands.MoveLeader.class),
            new Sub("drain", MemberCommands.Drain.class),
            new Sub("undrain", MemberCommands.Undrain.class),
            new Sub("weight", MemberCommands.Weight.class),
            new Sub("compact", MemberCommands.Compact.class),
            new Sub("start", LifeCommands.Start.class),
            new Sub("stop", LifeCommands.Stop.class),
            new Sub("restart", LifeCommands.Restart.class),
            new Sub("reset", ResetCommand.class),
            new Sub("certs", CertsCommand.class),
            new Sub("recover", RecoverCommand.class),
            new Sub("run", RunCommand.class),
            new Sub("sysinfo", SysinfoCommand.class),
            new Sub("config", ConfigCommand.class),
            new Sub("install", ServiceCommands.Install.class),
            new Sub("uninstall", ServiceCommands.Uninstall.class),
            new Sub("completion", CompletionCommand.class),
            new Sub("version", VersionCommand.class),
            new Sub("warm-up", WarmUpCommand.class),
            new Sub("help", HelpCommand.class));

    /** These tell of the others. */
    private static final Set<String> ABOUT_ALL = Set.of("help", "completion");

    private record Sub(String name, Class<?> type) {}

    /**
     * The parser for a line that begins with {@code word}. If that is a command, it knows no other one: to read what all of them take costs
     * a fifth of a second, which a node that starts does not have.
     */
    static CommandLine parser(String word) {
        CommandLine parser = new CommandLine(new NodeAgent());
        boolean narrow = !ABOUT_ALL.contains(word) && COMMANDS.stream().anyMatch(sub -> sub.name.equals(word));
        for (Sub sub : COMMANDS) {
            if (!narrow || sub.name.equals(word)) {
                parser.addSubcommand(sub.name, sub.type);
            }
        }
        return parser;
    }

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
