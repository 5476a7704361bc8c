package io.quorlite.agent.cli;

import io.quorlite.agent.admin.AdminClient;
import io.quorlite.agent.admin.Json;
import io.quorlite.agent.admin.NodeStatus;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What operators do to members; any node takes it and has the leader do it. */
final class MemberCommands {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private MemberCommands() {}

    /** What the node answers. */
    record Result(String id, String name, String state) {}

    record Leader(String from, String leader) {}

    private abstract static class OnMember extends AgentCommand {
        Result call(String method, String node, String path, @Nullable Object body) {
            return Json.read(Connection.open(this).call(method, path(node) + path, body, timeout(LIMIT)), Result.class);
        }

        static String path(String node) {
            return "/v1/members/" + URLEncoder.encode(node, StandardCharsets.UTF_8);
        }

        /** The node that was named, or the one that is asked. */
        String named(@Nullable String node) {
            return node != null
                    ? node
                    : Connection.open(this)
                            .get("/v1/node", NodeStatus.class, Duration.ofSeconds(10))
                            .name();
        }

        void show(Result result, String sentence) {
            if (global.output.isMachine()) {
                Output.machine(out(), global.output, "MemberChange", result);
            } else if (global.output != OutputForm.QUIET) {
                out().println(sentence);
            }
        }
    }

    @Command(
            name = "remove-node",
            description = "Removes a member from the cluster for good; it need not be reachable. It stops, and its data"
                    + " stays.")
    static final class RemoveNode extends OnMember {
        @Parameters(index = "0", paramLabel = "NODE", description = "Its name or id.")
        String node = "";

        @Option(names = "--force", description = "Also where the quorum may be lost by it.")
        boolean force;

        @Override
        ExitCode execute() {
            Confirmation.ask(this, "Remove " + node + " from the cluster for good?");
            Result result = call("DELETE", node, force ? "?force=true" : "", null);
            show(result, result.name() + " is no member any more. Its data stays in its directory.");
            return ExitCode.OK;
        }
    }

    @Command(name = "promote", description = "Pins a member to having a vote.")
    static final class Promote extends OnMember {
        @Parameters(index = "0", paramLabel = "NODE", description = "Its name or id.")
        String node = "";

        @Option(names = "--auto", description = "Pin it to nothing: the cluster gives it the role it needs.")
        boolean auto;

        @Override
        ExitCode execute() {
            Result result = call("POST", node, "/role", Map.of("role", auto ? "auto" : "voter"));
            return changed(this, result, auto, "a voter");
        }
    }

    @Command(name = "demote", description = "Pins a member to having no vote.")
    static final class Demote extends OnMember {
        @Parameters(index = "0", paramLabel = "NODE", description = "Its name or id.")
        String node = "";

        @Option(
                names = "--to",
                defaultValue = "standby",
                paramLabel = "ROLE",
                description = "standby or spare (default: ${DEFAULT-VALUE}).")
        String role = "standby";

        @Option(names = "--auto", description = "Pin it to nothing: the cluster gives it the role it needs.")
        boolean auto;

        @Override
        ExitCode execute() {
            Result result = call("POST", node, "/role", Map.of("role", auto ? "auto" : role));
            return changed(this, result, auto, "a " + role);
        }
    }

    private static ExitCode changed(OnMember command, Result result, boolean auto, String role) {
        if (result.state().equals("pending")) {
            throw new Refusal(
                    ExitCode.TIMEOUT,
                    "PENDING",
                    result.name() + " is to be " + role + " and is not yet; it becomes so when it is safe.",
                    "See: node-agent status");
        }
        command.show(
                result,
                auto
                        ? result.name() + " has the role that the cluster needs again"
                        : result.name() + " is " + role + " now, and stays it: node-agent promote --auto "
                                + result.name() + " undoes that");
        return ExitCode.OK;
    }

    @Command(name = "move-leader", description = "Has another member lead.")
    static final class MoveLeader extends OnMember {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "NODE",
                description = "Which (default: the most up-to-date voter).")
        @Nullable String node;

        @Override
        ExitCode execute() {
            AdminClient client = Connection.open(this);
            Object body = node == null ? Map.of() : Map.of("to", node);
            Leader moved = Json.read(client.call("POST", "/v1/leader", body, timeout(LIMIT)), Leader.class);
            if (global.output.isMachine()) {
                Output.machine(out(), global.output, "LeaderChange", moved);
            } else if (global.output == OutputForm.QUIET) {
                out().println(moved.leader());
            } else {
                out().println(
                                moved.from().equals(moved.leader())
                                        ? moved.leader() + " leads already"
                                        : "Leadership went from " + moved.from() + " to " + moved.leader());
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "drain",
            description = "Has a member give up leadership and vote until undrain, as before maintenance; it goes on"
                    + " replicating.")
    static final class Drain extends OnMember {
        @Parameters(index = "0", arity = "0..1", paramLabel = "NODE", description = "Which (default: this one).")
        @Nullable String node;

        @Option(names = "--force", description = "Also where the quorum may be lost by it.")
        boolean force;

        @Override
        ExitCode execute() {
            Result result = call("POST", named(node), "/drain" + (force ? "?force=true" : ""), null);
            show(
                    result,
                    result.state().equals("drained")
                            ? result.name() + " has neither vote nor leadership. Undo: node-agent undrain "
                                    + result.name()
                            : result.name()
                                    + " gives up vote and leadership as soon as that is safe; see: node-agent status");
            return ExitCode.OK;
        }
    }

    @Command(name = "undrain", description = "Lets a member have a vote again.")
    static final class Undrain extends OnMember {
        @Parameters(index = "0", arity = "0..1", paramLabel = "NODE", description = "Which (default: this one).")
        @Nullable String node;

        @Override
        ExitCode execute() {
            Result result = call("POST", named(node), "/undrain", null);
            show(result, result.name() + " may have a vote again");
            return ExitCode.OK;
        }
    }

    @Command(
            name = "weight",
            description =
                    "Sets a member's weight: of two candidates for a role the one with the lower weight is preferred.")
    static final class Weight extends OnMember {
        @Parameters(index = "0", paramLabel = "NODE", description = "Its name or id.")
        String node = "";

        @Parameters(index = "1", paramLabel = "N", description = "A whole number; 0 is where all start.")
        int weight;

        @Override
        ExitCode execute() {
            Result result = call("POST", node, "/weight", Map.of("weight", weight));
            show(result, result.name() + " has weight " + weight);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "compact",
            description =
                    "Forgets all history but the newest and frees what it took; watches and reads of old revisions"
                            + " end.")
    static final class Compact extends AgentCommand {
        record Done(String revision) {}

        @Override
        ExitCode execute() {
            String reply = Connection.open(this).call("POST", "/v1/compact", null, timeout(LIMIT));
            if (global.output.isMachine()) {
                Output.reply(out(), global.output, "Compaction", reply);
            } else if (global.output != OutputForm.QUIET) {
                out().println("compacted up to revision "
                        + Json.read(reply, Done.class).revision());
            }
            return ExitCode.OK;
        }
    }
}
