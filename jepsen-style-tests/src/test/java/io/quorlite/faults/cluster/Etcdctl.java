package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** etcd's own client, where it is installed. */
final class Etcdctl {
    private static final Optional<Path> PROGRAM = Stream.of(
                    Path.of(Objects.requireNonNullElse(System.getenv("QUORLITE_ETCD_BIN"), "")),
                    Path.of("../target/etcd/usr/bin"))
            .map(programs -> programs.resolve("etcdctl").toAbsolutePath().normalize())
            .filter(Files::isExecutable)
            .findFirst();

    private Etcdctl() {}

    static boolean isInstalled() {
        return PROGRAM.isPresent();
    }

    /** With the client certificate of {@code node}, at its TCP port; returns what it prints. */
    static String run(AgentNode node, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                PROGRAM.orElseThrow().toString(),
                "--endpoints",
                node.url(),
                "--cacert",
                node.pki("ca.crt").toString(),
                "--cert",
                node.pki("client.crt").toString(),
                "--key",
                node.pki("client.key").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
