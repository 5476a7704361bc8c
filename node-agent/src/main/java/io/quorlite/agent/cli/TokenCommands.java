package io.quorlite.agent.cli;

import io.quorlite.agent.admin.Json;
import io.quorlite.agent.admin.TokenReply;
import io.quorlite.agent.admin.TokenWish;
import io.quorlite.agent.config.Durations;
import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.token.JoinToken;
import io.quorlite.replication.PeerAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code add-node} and {@code token}: what lets a new node in. */
final class TokenCommands {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private TokenCommands() {}

    @Command(name = "add-node", description = "Makes a token and prints the command to run on the new node.")
    static final class AddNode extends AgentCommand {
        @Option(names = "--ttl", paramLabel = "TIME", description = "How long it is good for (default: 1h).")
        @Nullable String ttl;

        @Option(names = "--uses", paramLabel = "N", description = "How many nodes may join with it (default: 1).")
        @Nullable Integer uses;

        @Option(
                names = "--role",
                defaultValue = "auto",
                paramLabel = "ROLE",
                description = "What the node is to be: auto, voter, standby or spare (default: ${DEFAULT-VALUE}).")
        String role = "auto";

        @Option(names = "--name", paramLabel = "NAME", description = "The only name that may be joined with it.")
        @Nullable String name;

        @Option(names = "--description", paramLabel = "TEXT", description = "What it is for, as token list shows it.")
        @Nullable String description;

        @Override
        ExitCode execute() {
            Long ttlSeconds = ttl == null
                    ? null
                    : (Long) Durations.parse("--ttl", ttl, "s").toSeconds();
            TokenReply token = Json.read(
                    Connection.open(this)
                            .call(
                                    "POST",
                                    "/v1/tokens",
                                    new TokenWish(ttlSeconds, uses, role, name, description),
                                    timeout(LIMIT)),
                    TokenReply.class);
            if (global.output.isMachine()) {
                Output.machine(out(), global.output, "Token", token);
            } else if (global.output == OutputForm.QUIET) {
                out().println(token.token());
            } else {
                show(token);
            }
            return ExitCode.OK;
        }

        private void show(TokenReply token) {
            String times = token.uses() == 1 ? "once" : token.uses() + " times";
            out().println("Run this on the new node (valid " + Durations.words(Duration.ofSeconds(token.ttlSeconds()))
                    + ", " + times + "):");
            out().println();
            out().println("    node-agent join " + token.token());
            out().println();
            out().println("Addresses in the token: " + String.join(", ", token.endpoints()) + "  Token id: "
                    + token.id());
            if (token.endpoints().stream()
                    .allMatch(endpoint -> endpoint.startsWith("127.") || endpoint.startsWith("[::1]"))) {
                out().println("They are loopback addresses: the new node is to be on this host, with a --data-dir"
                        + " and an --advertise address of its own, such as 127.0.0.12.");
            }
        }
    }

    @Command(
            name = "token",
            description = "Shows and revokes tokens.",
            subcommands = {ListTokens.class, Inspect.class, Revoke.class})
    static final class Token extends GroupCommand {}

    /** As the node shows it. */
    record Shown(
            String id,
            String role,
            @Nullable String name,
            String description,
            String createdBy,
            String createdAt,
            String expires,
            int uses,
            int maxUses,
            List<String> usedBy,
            String state) {}

    record ShownTokens(List<Shown> tokens) {}

    @Command(name = "list", description = "Lists the tokens, without their secrets.")
    static final class ListTokens extends AgentCommand {
        @Override
        ExitCode execute() {
            ShownTokens all = Connection.open(this).get("/v1/tokens", ShownTokens.class, timeout(LIMIT));
            if (global.output.isMachine()) {
                Output.machine(out(), global.output, "TokenList", all);
                return ExitCode.OK;
            }
            if (global.output == OutputForm.QUIET) {
                all.tokens().forEach(token -> out().println(token.id()));
                return ExitCode.OK;
            }
            TextTable table = new TextTable("ID", "STATE", "ROLE", "USES", "EXPIRES", "USED BY", "DESCRIPTION");
            for (Shown token : all.tokens()) {
                table.row(
                        token.id(),
                        token.state(),
                        token.role(),
                        token.uses() + "/" + token.maxUses(),
                        token.expires(),
                        token.usedBy().isEmpty() ? "-" : String.join(", ", token.usedBy()),
                        token.description());
            }
            out().print(table);
            return ExitCode.OK;
        }
    }

    @Command(name = "inspect", description = "Shows what a token says, without asking anybody and without its secret.")
    static final class Inspect extends AgentCommand {
        @Parameters(index = "0", paramLabel = "TOKEN", description = "The token.")
        String text = "";

        @Override
        ExitCode execute() {
            JoinToken token = TokenText.parse(text);
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("id", token.id().toString());
            shown.put(
                    "clusterId", token.clusterId() == 0 ? "?" : String.format(Locale.ROOT, "%016x", token.clusterId()));
            shown.put(
                    "role", token.role() == null ? "auto" : token.role().name().toLowerCase(Locale.ROOT));
            boolean says = token.expires().getEpochSecond() != 0;
            shown.put("expires", says ? token.expires().toString() : "?");
            shown.put("expired", says && Instant.now().isAfter(token.expires()));
            shown.put(
                    "endpoints",
                    token.endpoints().stream().map(PeerAddress::toString).toList());
            shown.put("caPins", token.pins().stream().map(SpkiPin::toString).toList());
            if (global.output.isMachine()) {
                Output.machine(out(), global.output, "TokenInspection", shown);
            } else {
                shown.forEach((key, value) -> out().println(key + ": " + value));
            }
            return ExitCode.OK;
        }
    }

    @Command(name = "revoke", description = "Lets nobody in with a token any more; whoever joined with it stays.")
    static final class Revoke extends AgentCommand {
        @Parameters(index = "0", paramLabel = "ID", description = "Its id, such as k3x9q2.")
        String id = "";

        @Override
        ExitCode execute() {
            String reply = Connection.open(this).call("DELETE", "/v1/tokens/" + id, null, timeout(LIMIT));
            if (global.output.isMachine()) {
                Output.reply(out(), global.output, "TokenRevocation", reply);
            } else if (global.output != OutputForm.QUIET) {
                out().println("Token " + id + " is revoked");
            }
            return ExitCode.OK;
        }
    }
}
