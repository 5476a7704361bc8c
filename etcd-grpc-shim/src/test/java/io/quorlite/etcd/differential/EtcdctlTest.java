package io.quorlite.etcd.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorlite.etcd.reference.RealEtcd;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands a person types, on this store and on etcd: the same output, the same exit code. */
class EtcdctlTest {
    private static final long COMMAND_SECONDS = 30;

    @TempDir
    Path folder;

    private Pair pair;
    private Path etcdctl;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(RealEtcd.programs().isPresent(), RealEtcd.MISSING);
        etcdctl = RealEtcd.programs().orElseThrow().resolve("etcdctl");
        pair = new Pair(folder);
    }

    @AfterEach
    void stop() {
        if (pair != null) {
            pair.close();
        }
    }

    @Test
    void putGetAndDel() throws Exception {
        same("put", "greeting", "hello");
        same("put", "greeting", "hello again", "--prev-kv");
        same("put", "greet", "hi");
        same("get", "greeting");
        same("get", "greeting", "-w", "fields");
        same("get", "gr", "--prefix", "-w", "json");
        same("get", "--prefix", "", "--keys-only");
        same("get", "gr", "--prefix", "--count-only", "-w", "fields");
        same("get", "gr", "--prefix", "--limit", "1", "--sort-by", "MODIFY", "--order", "DESCEND");
        same("get", "greeting", "--rev", "2");
        same("get", "greeting", "--rev", "99");
        same("get", "greeting", "--consistency", "s");
        same("get", "a", "z", "--print-value-only");
        same("get", "--from-key", "greet");
        same("del", "nothing");
        same("del", "gr", "--prefix", "--prev-kv");
        same("get", "greeting");
        same("put", "", "empty key");
    }

    @Test
    void txn() throws Exception {
        same("put", "a", "1");
        sameWithInput("value(\"a\") = \"1\"\n\nput a 2\nget a\n\nget a\n\n", "txn");
        sameWithInput("mod(\"a\") = \"99\"\n\nput a 3\n\nget a\ndel a\n\n", "txn");
        sameWithInput("ver(\"a\") > \"0\"\n\nput a 4\nput a 5\n\n\n", "txn");
        same("get", "a", "-w", "json");
    }

    @Test
    void compaction() throws Exception {
        for (int i = 0; i < 5; i++) {
            same("put", "k", "v" + i);
        }
        same("compaction", "4");
        same("compaction", "4");
        same("compaction", "100");
        same("compaction", "5", "--physical");
        same("get", "k", "--rev", "3");
        same("get", "k", "--rev", "5");
        same("watch", "k", "--rev", "2");
    }

    @Test
    void lease() throws Exception {
        // etcdctl lets the server choose the id, which differs, so what it prints of it is masked.
        same("lease", "grant", "600");
        same("lease", "grant", "9000000001");
        same("lease", "revoke", "1234abcd");
        same("lease", "timetolive", "1234abcd");
        same("lease", "keep-alive", "--once", "1234abcd");
        same("put", "leased", "v", "--lease", "1234abcd");
        String theirs = leaseId(pair.etcdPort());
        String mine = leaseId(pair.ourPort());
        equal(
                run(pair.etcdPort(), "", "put", "leased", "v", "--lease", theirs),
                run(pair.ourPort(), "", "put", "leased", "v", "--lease", mine));
        equal(
                run(pair.etcdPort(), "", "lease", "timetolive", theirs, "--keys"),
                run(pair.ourPort(), "", "lease", "timetolive", mine, "--keys"));
        equal(
                run(pair.etcdPort(), "", "lease", "keep-alive", "--once", theirs),
                run(pair.ourPort(), "", "lease", "keep-alive", "--once", mine));
        same("lease", "list");
        equal(run(pair.etcdPort(), "", "lease", "revoke", theirs), run(pair.ourPort(), "", "lease", "revoke", mine));
        same("get", "leased");
    }

    @Test
    void watch() throws Exception {
        same("put", "w/1", "one");
        same("put", "w/2", "two");
        same("put", "w/1", "uno");
        same("del", "w/2");
        List<Seen> seen = new ArrayList<>();
        for (int port : List.of(pair.etcdPort(), pair.ourPort())) {
            seen.add(runUntil(port, 9, "watch", "w/", "--prefix", "--rev", "2", "--prev-kv"));
        }
        equal(seen.get(0), seen.get(1));
        assertThat(seen.get(1).output()).contains("PUT", "DELETE", "uno");
    }

    @Test
    void endpointsAndMembers() throws Exception {
        same("endpoint", "health");
        same("endpoint", "status", "-w", "fields");
        same("member", "list", "-w", "fields");
        same("member", "list");
        same("version");
    }

    /** What a command printed, and how it ended; what two servers cannot have in common is masked. */
    private record Seen(int exitCode, String output) {}

    private void same(String... arguments) throws Exception {
        sameWithInput("", arguments);
    }

    private void sameWithInput(String input, String... arguments) throws Exception {
        equal(run(pair.etcdPort(), input, arguments), run(pair.ourPort(), input, arguments));
    }

    private static void equal(Seen etcd, Seen ours) {
        assertThat(ours).isEqualTo(etcd);
    }

    private String leaseId(int port) throws Exception {
        Process process = etcdctl(port, List.of("lease", "grant", "600")).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output.split(" ")[1];
    }

    private Seen run(int port, String input, String... arguments) throws Exception {
        Process process = etcdctl(port, List.of(arguments)).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("etcdctl " + List.of(arguments) + " did not end; so far: " + output);
        }
        return new Seen(process.exitValue(), masked(output, port));
    }

    /** A command that goes on for ever is read for so many lines and then ended. */
    private Seen runUntil(int port, int lines, String... arguments) throws Exception {
        Path out = Files.createTempFile(folder, "watch", ".txt");
        Process process =
                etcdctl(port, List.of(arguments)).redirectOutput(out.toFile()).start();
        try {
            long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(COMMAND_SECONDS);
            while (Files.readAllLines(out).size() < lines && System.nanoTime() < deadlineNanos) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return new Seen(0, masked(Files.readString(out), port));
    }

    private ProcessBuilder etcdctl(int port, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                etcdctl.toString(), "--endpoints=127.0.0.1:" + port, "--command-timeout=10s", "--dial-timeout=10s"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("ETCDCTL_"));
        return builder;
    }

    /** Ids, times, sizes, addresses and versions differ by nature; what is around them must not. */
    private static String masked(String output, int port) {
        return output.replace(":" + port, ":PORT")
                .replaceAll("\"(cluster_id|member_id|raft_term)\":\\d+", "\"$1\":N")
                .replaceAll(
                        "\"(ClusterID|MemberID|RaftTerm|ID|Leader|RaftIndex|RaftAppliedIndex|DBSize|DBSizeInUse)\" : \\d+",
                        "\"$1\" : N")
                .replaceAll("\"(Version|StorageVersion)\" : \"[^\"]*\"", "\"$1\" : V")
                .replaceAll("\"(PeerURL|ClientURL)\" : \"[^\"]*\"", "\"$1\" : U")
                .replaceAll("http://127\\.0\\.0\\.1:\\w+", "http://ADDRESS")
                .replaceAll("\\b[0-9a-f]{15,16}\\b", "HEX")
                .replaceAll("took = [0-9.]+.?s", "took = T")
                .replaceAll("remaining\\(\\d+s\\)", "remaining(Ns)")
                .replaceAll("\"ts\":\"[^\"]*\"", "\"ts\":T")
                .replaceAll("0x[0-9a-f]+", "POINTER")
                .replaceAll("LocalAddr: '[^']*'", "LocalAddr: L");
    }
}
