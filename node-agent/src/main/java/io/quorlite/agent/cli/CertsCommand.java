package io.quorlite.agent.cli;

import io.quorlite.agent.admin.Certificates.CertificateStatus;
import io.quorlite.agent.admin.Certificates.CertificatesStatus;
import io.quorlite.agent.admin.Certificates.RotationStatus;
import io.quorlite.agent.admin.Json;
import io.quorlite.agent.config.Durations;
import io.quorlite.agent.refusal.ExitCode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code certs}: the cluster's certificates. They renew themselves; these are for looking and for emergencies. */
@Command(
        name = "certs",
        description = "Shows, renews and revokes certificates; they renew themselves in time.",
        subcommands = {
            CertsCommand.Status.class,
            CertsCommand.Renew.class,
            CertsCommand.RotateCa.class,
            CertsCommand.Revoke.class
        })
final class CertsCommand extends GroupCommand {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Command(name = "status", description = "Shows the authorities and every certificate that has not ended.")
    static final class Status extends AgentCommand {
        @Override
        ExitCode execute() {
            CertificatesStatus status =
                    Connection.open(this).get("/v1/certs", CertificatesStatus.class, timeout(LIMIT));
            if (global.output.isMachine()) {
                Output.machine(out(), global.output, "Certificates", status);
                return ExitCode.OK;
            }
            Instant now = Instant.now();
            status.authorities()
                    .forEach(authority -> out().println("CA " + authority.pin() + "  " + authority.subject()
                            + "  ends in " + left(authority.notAfter(), now)));
            TextTable table = new TextTable("NAME", "ROLE", "SERIAL", "ENDS IN", "STATE");
            for (CertificateStatus one : status.certificates()) {
                table.row(
                        one.name(),
                        one.role(),
                        one.serial().substring(0, Math.min(12, one.serial().length())),
                        left(one.notAfter(), now),
                        one.state());
            }
            out().print(table);
            RotationStatus rotation = status.rotation();
            if (rotation != null) {
                out().println(rotationText(rotation));
            }
            return ExitCode.OK;
        }

        private static String left(String end, Instant now) {
            return Durations.words(Duration.between(now, Instant.parse(end)));
        }
    }

    @Command(name = "renew", description = "Gives this node new certificates now; nothing is restarted.")
    static final class Renew extends AgentCommand {
        @Override
        ExitCode execute() {
            String reply = Connection.open(this).call("POST", "/v1/certs/renew", null, timeout(LIMIT));
            if (global.output.isMachine()) {
                Output.reply(out(), global.output, "CertificateRenewal", reply);
            } else if (global.output != OutputForm.QUIET) {
                out().println("this node's certificates are new; connections that stand go on with the old ones");
            }
            return ExitCode.OK;
        }
    }

    private static String rotationText(RotationStatus rotation) {
        String step = rotation.phase().equals("believe")
                ? "step 1 of 2, all members learn to believe both"
                : "step 2 of 2, all members get new certificates, then the old CA is dropped";
        return "The CA " + rotation.from() + " is being replaced by " + rotation.to()
                + (rotation.undone() ? " (undone)" : "") + ": " + step
                + (rotation.waitingFor().isEmpty() ? "" : "; waiting for " + String.join(", ", rotation.waitingFor()))
                + ". Undo: node-agent certs rotate-ca --undo";
    }

    @Command(
            name = "rotate-ca",
            description =
                    "Replaces the cluster's CA while everything runs: all believe both, all get new certificates, the old"
                            + " one goes.")
    static final class RotateCa extends AgentCommand {
        @Option(names = "--undo", description = "Go back to the CA that was there before.")
        boolean undo;

        @Option(
                names = "--keep-old",
                defaultValue = "1h",
                paramLabel = "TIME",
                description = "How long the old CA is believed at least, for clients to get new certificates (default:"
                        + " ${DEFAULT-VALUE}).")
        String keepOld = "1h";

        @Override
        ExitCode execute() {
            long seconds = Durations.parse("--keep-old", keepOld, "s").toSeconds();
            CertificatesStatus status = Json.read(
                    Connection.open(this)
                            .call(
                                    undo ? "DELETE" : "POST",
                                    "/v1/certs/rotation",
                                    undo ? null : Map.of("keepOldSeconds", seconds),
                                    timeout(LIMIT)),
                    CertificatesStatus.class);
            if (global.output.isMachine()) {
                Output.machine(out(), global.output, "Certificates", status);
            } else if (status.rotation() != null) {
                out().println(rotationText(status.rotation()));
                out().println("See how far it is: node-agent certs status");
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "revoke",
            description = "Has nobody believe the certificates of a node, a client or an admin any more, from now on.")
    static final class Revoke extends AgentCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The node's name or id, or the holder's name.")
        String name = "";

        @Override
        ExitCode execute() {
            Confirmation.ask(this, "Revoke all certificates of " + name + "?");
            String reply = Connection.open(this)
                    .call(
                            "POST",
                            "/v1/certs/revoke/" + URLEncoder.encode(name, StandardCharsets.UTF_8),
                            null,
                            timeout(LIMIT));
            if (global.output.isMachine()) {
                Output.reply(out(), global.output, "CertificateRevocation", reply);
            } else if (global.output != OutputForm.QUIET) {
                out().println("the certificates of " + name + " are revoked; its connections end within seconds");
            }
            return ExitCode.OK;
        }
    }
}
