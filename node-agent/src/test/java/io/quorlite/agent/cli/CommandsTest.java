package io.quorlite.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.Key;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What commands say and exit with where there is no node to ask. */
class CommandsTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Map<String, String> environment, String... arguments) {
        return CommandLines.execute(
                environment, parser -> parser.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)), arguments);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            3 | status                                  | The node agent does not run here
            3 | members                                 | Start it with: node-agent start
            3 | add-node                                | The node agent does not run here
            3 | leave --yes                             | The node agent does not run here
            2 | remove-node n2                          | Nobody is there to ask: say --yes
            2 | start                                   | There is no node in
            2 | status --endpoint http://10.0.0.1:2382  | plain http is not served
            7 | status --endpoint https://127.0.0.1:1   | needs a certificate: there is no
            2 | join                                    | join needs the token that 'node-agent add-node' prints
            6 | join nat1_AAAA                          | oken
            6 | token inspect nonsense                  | oken
            2 | weight n1 heavy                         | 'heavy' is not an int
            2 | status --wait soon                      | expected one of
            2 | statsu                                  | status
            3 | member list                             | 'member list' is 'node-agent members' here
            3 | endpoint status                         | 'endpoint status' is 'node-agent status' here
            2 | etcd leave me                           | 'etcd leave' is 'node-agent leave' here
            """)
    void refusesWithTheCodeAndTheWords(int exitCode, String line, String words) {
        String[] arguments = (line + " --data-dir " + folder.resolve("none")).split("\\s+");

        assertThat(run(Map.of(), arguments)).isEqualTo(exitCode);

        assertThat(err.toString()).contains(words);
        assertThat(Files.exists(folder.resolve("none"))).as("nothing was made").isFalse();
    }

    @Test
    void writesErrorsAsJsonWhereTheResultWouldBe() {
        int exitCode = run(Map.of(), "status", "-o", "json", "--data-dir", folder.toString());

        assertThat(exitCode).isEqualTo(3);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .startsWith("{\"kind\":\"Error\",\"code\":\"NOT_RUNNING\",\"exitCode\":3,\"message\":\"")
                .contains("\"hint\":\"Start it with");
    }

    @Test
    void everyOptionHasAVariable() {
        int exitCode = run(Map.of("NODE_AGENT_OUTPUT", "json", "NODE_AGENT_DATA_DIR", folder.toString()), "status");

        assertThat(exitCode).isEqualTo(3);
        assertThat(err.toString()).startsWith("{\"kind\":\"Error\"").contains(folder.toString());
    }

    @Test
    void joinRefusesADirectoryWithDataAndLeavesItAlone() throws Exception {
        Files.writeString(folder.resolve("identity"), "cluster-id 9d00112233445566\nname n1\n");
        String token = "127.0.0.1:1/000000.AAAAAAAAAAAAAAAAAAAAAA/sha256:" + "00".repeat(32);

        int exitCode = run(Map.of(), "join", token, "--data-dir", folder.toString());

        assertThat(exitCode).as(err.toString()).isEqualTo(9);
        assertThat(err.toString())
                .contains("Node has data of cluster 9d00-1122. Refusing to join. Use --reset to move it to " + folder
                        + ".old-<timestamp>");
        assertThat(folder).isDirectoryContaining(path -> path.endsWith("identity"));
        assertThat(Files.list(folder)).hasSize(1);
    }

    @Test
    void initRefusesASecondNodeInADirectory() throws Exception {
        Files.writeString(folder.resolve("config.yaml"), "name: n1\n");

        assertThat(run(Map.of(), "init", "--data-dir", folder.toString())).isEqualTo(9);

        assertThat(err.toString()).contains("There is a node in " + folder + " already.");
    }

    @Test
    void everyCommandHasHelp() {
        CommandLine root = CommandLines.create(Map.of());

        requireHelp(root, List.of());
        assertThat(out.toString()).contains("--data-dir", "--token-file", "--failure-domain", "--ca-cert");
    }

    @Test
    void aCommandIsFoundByTheNameItHasInItsHelp() {
        CommandLines.create(Map.of())
                .getSubcommands()
                .forEach((name, sub) -> assertThat(sub.getCommandSpec()
                                .userObject()
                                .getClass()
                                .getAnnotation(CommandLine.Command.class)
                                .name())
                        .isEqualTo(name));
    }

    private void requireHelp(CommandLine command, List<String> path) {
        command.getSubcommands().forEach((name, sub) -> {
            if (!name.equals("help")) {
                List<String> whole = new ArrayList<>(path);
                whole.add(name);
                List<String> line = new ArrayList<>(whole);
                line.add("--help");
                assertThat(run(Map.of(), line.toArray(String[]::new)))
                        .as(String.join(" ", line))
                        .isZero();
                assertThat(sub.getCommandSpec().usageMessage().description())
                        .as("what " + String.join(" ", whole) + " is for")
                        .isNotEmpty();
                requireHelp(sub, whole);
            }
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Version         | version
            Configuration   | config show
            Configuration   | config default
            Configuration   | config show --origin
            Service         | install --dry-run --init-system systemd
            Service         | install --dry-run --init-system openrc
            Service         | uninstall --dry-run
            HostReport      | sysinfo
            NodeProcess     | stop
            TokenInspection | token inspect 127.0.0.1:1/k3x9q2.AAAAAAAAAAAAAAAAAAAAAA/sha256:00000000000000000000000000000000000000000000000000000000000000ff
            """)
    void jsonSaysWhatItIs(String kind, String line) {
        String[] arguments = (line + " -o json --data-dir " + folder).split("\\s+");

        run(Map.of(), arguments);

        assertThat(out.toString())
                .as(err.toString())
                .startsWith("{\"apiVersion\":\"node-agent/v1\",\"kind\":\"" + kind + "\",");
    }

    @Test
    void setsWhatTheNextStartFindsAndNothingThatCannotBe() throws Exception {
        Files.writeString(folder.resolve("config.yaml"), "log: {level: warn} # by hand\n");
        String directory = folder.toString();

        assertThat(run(
                        Map.of(),
                        "config",
                        "set",
                        "log.level=debug",
                        "storage.quotaBytes=2GiB",
                        "--data-dir",
                        directory))
                .as(err.toString())
                .isZero();
        assertThat(run(Map.of(), "config", "set", "storage.quotaBytes=none", "--data-dir", directory))
                .isEqualTo(2);
        assertThat(run(Map.of(), "config", "set", "cluster.voters=5", "--data-dir", directory))
                .isEqualTo(2);
        assertThat(run(Map.of(), "config", "set", "storage.quotaBytes=3GiB", "--data-dir", directory))
                .isZero();

        assertThat(out.toString()).contains("log.level = debug: from the next start");
        Configuration next = Configuration.load(Map.of(), Map.of(), folder.resolve("config.yaml"));
        assertThat(next.logLevel()).isEqualTo("debug");
        assertThat(next.size(Key.QUOTA)).isEqualTo(3L << 30);
        assertThat(folder.resolve("config.yaml")).hasContent("log: {level: warn} # by hand\n");
    }

    @Test
    void aGroupOfCommandsSaysWhichItHas() {
        assertThat(run(Map.of(), "token")).isEqualTo(2);

        assertThat(err.toString()).contains("Missing sub-command: one of list, inspect, revoke");
    }

    @Test
    void printsACompletionScriptWithAllCommands() {
        assertThat(run(Map.of(), "completion", "bash")).isZero();

        assertThat(out.toString()).contains("complete -F _complete_node-agent", "rotate-ca", "add-node");
    }

    @Test
    void unpacksSqliteForTheLauncherSoThatAJvmCanLoadIt() throws Exception {
        assertThat(run(Map.of(), "warm-up", "--sqlite-library", folder.toString()))
                .as(err.toString())
                .isZero();

        Path library = folder.resolve(System.mapLibraryName("sqlitejdbc"));
        assertThat(folder).isDirectoryContaining(library::equals);
        System.load(library.toString()); // an UnsatisfiedLinkError, if it is not one for this machine
    }

    @Test
    void completesForFish() {
        assertThat(run(Map.of(), "completion", "fish")).isZero();

        assertThat(out.toString())
                .contains("-n '__fish_use_subcommand' -a join -d 'Joins the cluster that gave the token")
                .contains("-n '__fish_seen_subcommand_from certs' -a rotate-ca")
                .contains("-n '__fish_seen_subcommand_from join' -l token-file -r -F -d 'Reads the token from a file")
                .doesNotContain("warm-up");
        assertThat(out.toString().lines().filter(line -> !line.startsWith("#")))
                .allMatch(line -> line.isEmpty() || line.startsWith("complete -c node-agent "));
    }

    @Test
    void showsTheServiceFilesWithoutInstalling() {
        assertThat(run(
                        Map.of(),
                        "install",
                        "--dry-run",
                        "--init-system",
                        "systemd",
                        "--data-dir",
                        "/var/lib/node-agent"))
                .isZero();

        assertThat(out.toString())
                .contains("# /etc/systemd/system/node-agent.service")
                .contains("run --data-dir /var/lib/node-agent")
                .contains("Environment=NODE_AGENT_CACHE=/var/lib/node-agent/cache", " warm-up </dev/null")
                .contains(
                        "Restart=on-failure",
                        "LimitNOFILE=65536",
                        "NoNewPrivileges=true",
                        "ProtectSystem=strict",
                        "PrivateTmp=true")
                .contains("StateDirectory=node-agent", "TimeoutStopSec=60", "RestartPreventExitStatus=");
    }
}
