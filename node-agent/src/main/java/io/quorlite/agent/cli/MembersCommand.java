package io.quorlite.agent.cli;

import io.quorlite.agent.admin.ClusterStatus;
import io.quorlite.agent.admin.MemberStatus;
import io.quorlite.agent.refusal.ExitCode;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(name = "members", description = "Lists the members.")
final class MembersCommand extends AgentCommand {
    @Override
    ExitCode execute() {
        ClusterStatus status =
                Connection.open(this).get("/v1/status", ClusterStatus.class, timeout(Duration.ofSeconds(10)));
        if (global.output.isMachine()) {
            Output.machine(out(), global.output, "MemberList", Map.of("members", status.members()));
            return ExitCode.OK;
        }
        if (global.output == OutputForm.QUIET) {
            status.members().forEach(member -> out().println(member.name()));
            return ExitCode.OK;
        }
        boolean wide = global.output == OutputForm.WIDE;
        TextTable table = wide
                ? new TextTable("ID", "NODE", "ROLE", "STATE", "PEER", "CLIENT", "ADMIN", "DOMAIN", "WEIGHT")
                : new TextTable("ID", "NODE", "ROLE", "STATE", "PEER");
        for (MemberStatus member : status.members()) {
            String role = member.role() + (member.leader() ? " (leader)" : "");
            if (wide) {
                table.row(
                        member.id(),
                        member.name(),
                        role,
                        member.state(),
                        member.peerAddress(),
                        String.join(",", member.clientUrls()),
                        member.adminAddress() == null ? "-" : member.adminAddress(),
                        member.failureDomain() == null || member.failureDomain().isEmpty()
                                ? "-"
                                : member.failureDomain(),
                        String.valueOf(member.weight()));
            } else {
                table.row(member.id(), member.name(), role, member.state(), member.peerAddress());
            }
        }
        out().print(table);
        return ExitCode.OK;
    }
}
