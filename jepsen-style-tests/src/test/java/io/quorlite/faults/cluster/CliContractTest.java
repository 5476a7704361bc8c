package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorlite.faults.Command;
import io.quorlite.faults.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What programs rely on: every command's JSON says what kind of thing it is, and a running node takes new settings. */
class CliContractTest {
    private AgentCluster cluster;
    private AgentNode n1;

    @BeforeEach
    void start() throws Exception {
        cluster = AgentCluster.create();
        n1 = cluster.node(1);
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void everyCommandsJsonSaysWhatItIs() throws Exception {
        is("NewCluster", 0, "init", "--name", "n1", "--advertise", n1.address());
        whatIsAsked();
        whatIsDone();
        settingsThatTheRunningNodeTakes();
        theProcess();
    }

    private void whatIsAsked() throws Exception {
        JsonObject status = is("ClusterStatus", 0, "status");
        assertThat(status.keySet())
                .contains("clusterId", "ha", "faultTolerance", "quorum", "leader", "term", "revision", "members");
        assertThat(status.get("revision").getAsJsonPrimitive().isString())
                .as("64-bit numbers are strings")
                .isTrue();
        is("MemberList", 0, "members");
        is("TokenList", 0, "token", "list");
        is("Certificates", 0, "certs", "status");
        is("Configuration", 0, "config", "show");
        is("Configuration", 0, "config", "show", "--origin");
        is("Configuration", 0, "config", "default");
        is("ConfigurationCheck", 0, "config", "validate");
        is("Version", 0, "version");
        is("Service", 0, "install", "--dry-run", "--init-system", "systemd");
        Command sysinfo = n1.run("sysinfo", "-o", "json");
        assertThat(sysinfo.out()).as(sysinfo.all()).contains("\"kind\":\"HostReport\"");
        assertThat(error(5, "leave", "--yes").get("code").getAsString()).isEqualTo("ONLY_COPY");
        error(9, "init");
        error(9, "recover", "inspect");
        error(2, "remove-node", "nobody", "--yes");
        error(6, "join", "nat1_nonsense");
    }

    private void whatIsDone() throws Exception {
        JsonObject token = is("Token", 0, "add-node");
        is("TokenInspection", 0, "token", "inspect", token.get("token").getAsString());
        is("TokenRevocation", 0, "token", "revoke", token.get("id").getAsString());
        is("MemberChange", 0, "weight", "n1", "3");
        is("MemberChange", 0, "promote", "n1");
        is("LeaderChange", 0, "move-leader", "n1");
        is("Compaction", 0, "compact");
        is("CertificateRenewal", 0, "certs", "renew");
        error(5, "drain");
        error(5, "demote", "n1");
    }

    private void settingsThatTheRunningNodeTakes() throws Exception {
        Command set = n1.ok("config", "set", "storage.quotaBytes=1GiB", "raft.electionTimeout=700ms");
        assertThat(set.out())
                .contains(
                        "storage.quotaBytes = 1GiB: applied",
                        "raft.electionTimeout = 700ms: needs restart: node-agent");
        assertThat(n1.status().get("quotaBytes").getAsLong()).isEqualTo(1L << 30);
        assertThat(n1.ok("config", "show", "--origin").out()).contains("90-set.yaml");
        is("ConfigurationChange", 0, "config", "set", "log.level=debug");
        assertThat(error(2, "config", "set", "log.level=loud").get("message").getAsString())
                .contains("error, warn, info, debug or trace");
        assertThat(error(2, "config", "set", "log.levle=debug").get("message").getAsString())
                .contains("did you mean 'log.level'?");
        error(2, "config", "set", "name=n2");
        assertThat(n1.ok("config", "show").out())
                .as("what was refused is not kept")
                .contains("level: debug");

        if (ignoresHangUps()) {
            System.out.println(
                    "SIGHUP is not tried: whatever started this test ignores it, as nohup does, and so does its node");
        } else {
            settingsThatChangedByHand();
        }
    }

    /** A process that is started with a signal ignored cannot take it, in the JVM as in a shell. */
    private boolean ignoresHangUps() throws Exception {
        Path status = Path.of("/proc", String.valueOf(n1.process().orElseThrow().pid()), "status");
        String ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow();
        return (Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).trim(), 16) & 1) != 0; // SIGHUP is 1
    }

    private void settingsThatChangedByHand() throws Exception {
        Path byHand = n1.directory().resolve("config.d/95-by-hand.yaml");
        Files.writeString(byHand, "storage: {quotaBytes: 2GiB}\n");
        Commands.run("kill", "-HUP", String.valueOf(n1.process().orElseThrow().pid()));
        Waiting.until(
                "the node to read its settings again",
                Duration.ofSeconds(30),
                () -> n1.status().get("quotaBytes").getAsLong() == 2L << 30);
        Files.writeString(byHand, "storage: {quotaBytes: much}\n");
        Commands.run("kill", "-HUP", String.valueOf(n1.process().orElseThrow().pid()));
        Waiting.until(
                "the node to refuse them",
                Duration.ofSeconds(30),
                () -> n1.log().contains("the settings cannot be read again, the node goes on with those it has"));
        assertThat(n1.status().get("quotaBytes").getAsLong()).isEqualTo(2L << 30);
        Files.delete(byHand);
    }

    private void theProcess() throws Exception {
        is("NodeProcess", 0, "start");
        is("NodeProcess", 0, "stop");
        is("Replica", 0, "recover", "inspect");
        error(3, "status");
        error(5, "recover", "force-single");
        is("Reset", 0, "reset", "--yes");
    }

    private JsonObject is(String kind, int exitCode, String... command) throws Exception {
        JsonObject result = kind(exitCode, command);
        assertThat(result.get("kind").getAsString())
                .as(String.join(" ", command))
                .isEqualTo(kind);
        assertThat(result.get("apiVersion").getAsString()).isEqualTo("node-agent/v1");
        return result;
    }

    /** The last line of what it says, where the result is. */
    private JsonObject kind(int exitCode, String... command) throws Exception {
        Command done = n1.exits(exitCode, json(command));
        assertThat(done.out().lines().toList()).as(String.join(" ", command)).isNotEmpty();
        List<String> lines = done.out().lines().toList();
        return JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    }

    private JsonObject error(int exitCode, String... command) throws Exception {
        Command done = n1.exits(exitCode, json(command));
        JsonObject error = JsonParser.parseString(done.err()).getAsJsonObject();
        assertThat(error.get("kind").getAsString()).isEqualTo("Error");
        assertThat(error.get("exitCode").getAsInt()).isEqualTo(exitCode);
        assertThat(error.get("message").getAsString()).isNotEmpty();
        return error;
    }

    private static String[] json(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("-o", "json"));
        return all.toArray(String[]::new);
    }
}
