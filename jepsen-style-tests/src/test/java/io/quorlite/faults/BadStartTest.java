package io.quorlite.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that must not go well, and what is said then; and those that must go well all the same. */
class BadStartTest {
    private static final int KEYS = 50;
    private static final int CORRUPTION = 11;

    @TempDir
    Path folder;

    private ProcessCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new ProcessCluster(Launcher.path(), folder, 1, List.of());
        cluster.startAll();
        for (int i = 0; i < KEYS; i++) {
            cluster.kv(0)
                    .put(PutRequest.newBuilder()
                            .setKey(key(i))
                            .setValue(value(i))
                            .build());
        }
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void aSecondProcessOnTheSameDirectoryIsRefusedAndTheFirstGoesOn() throws Exception {
        NodeProcess second = other("n1", List.of());
        second.start();

        assertThat(second.awaitExit(60)).isEqualTo(1);
        assertThat(second.output()).contains("is in use by process");
        everythingIsThere();
    }

    @Test
    void aDirectoryOfAnotherClusterIsRefused() throws Exception {
        cluster.node(0).stop();
        NodeProcess other = other("n1", List.of("--initial-cluster-token", "another"));
        other.start();

        assertThat(other.awaitExit(60)).isEqualTo(1);
        assertThat(other.output()).contains("belongs to another cluster token").contains("another");
    }

    @Test
    void anAddressThatOthersCanReachIsRefusedWithoutTls() throws Exception {
        NodeProcess open = new NodeProcess(
                "open", Launcher.path(), folder.resolve("open"), List.of("--listen-client", "0.0.0.0:0"));
        open.start();

        assertThat(open.awaitExit(60)).isEqualTo(5);
        assertThat(open.output()).contains("Refused: --listen-client 0.0.0.0:0 is not a loopback address");
        assertThat(open.dataDirectory()).doesNotExist();
    }

    @Test
    void aTornLastRecordIsCutAndNothingAcknowledgedIsLost() throws Exception {
        cluster.node(0).kill();
        // What a crash in the middle of an append leaves: the beginning of a record behind the last whole one.
        Path segment = newest("raft/log", ".segment");
        long end = endOfRecords(segment);
        write(segment, end, new byte[] {1, 2, 3, 4, 5, 6, 7});

        cluster.startAll();

        everythingIsThere();
    }

    @Test
    void aFlippedBitInTheLogIsRefusedWithTheFileThatHasIt() throws Exception {
        cluster.node(0).kill();
        Path segment = newest("raft/log", ".segment");
        flip(segment, endOfRecords(segment) / 2);
        cluster.node(0).start();

        assertThat(cluster.node(0).awaitExit(60)).isEqualTo(CORRUPTION);
        assertThat(cluster.node(0).output()).contains("damaged").contains(String.valueOf(segment.getFileName()));
    }

    @Test
    void aFlippedBitInTheDatabaseIsNeverServed() throws Exception {
        cluster.node(0).stop();
        Path database = newest("db", ".db");
        flip(database, indexOf(database, value(KEYS / 2).toByteArray()) + 3);
        cluster.node(0).start();

        // It may be found at the start or when it is read; either way the process ends, and nothing wrong is told.
        try {
            Waiting.until("an answer or the end", java.time.Duration.ofSeconds(60), () -> {
                if (!cluster.node(0).isAlive()) {
                    return true;
                }
                everythingIsThere();
                return true;
            });
            assertThat(cluster.node(0).awaitExit(30)).isEqualTo(CORRUPTION);
        } finally {
            assertThat(cluster.node(0).output()).contains("checksum");
        }
    }

    /** Another build's launcher once took them away just after they had been seen. */
    @Test
    void aNodeStartsWithoutTheFilesThatTheLauncherKeepsForIt() throws Exception {
        NodeProcess node = cluster.node(0);
        node.stop();
        node.setEnvironment("NODE_AGENT_CACHE", folder.resolve("empty").toString());
        node.start();

        Waiting.until("the node to serve again", java.time.Duration.ofSeconds(60), () -> {
            everythingIsThere();
            return true;
        });
    }

    private NodeProcess other(String name, List<String> options) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("--listen-client", "127.0.0.1:0"));
        return new NodeProcess(name, Launcher.path(), folder, all);
    }

    private void everythingIsThere() {
        var found = cluster.kv(0)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setRangeEnd(ByteString.copyFromUtf8("l"))
                        .build());
        assertThat(found.getKvsCount()).isEqualTo(KEYS);
        for (int i = 0; i < KEYS; i++) {
            assertThat(found.getKvs(i).getKey()).isEqualTo(key(i));
            assertThat(found.getKvs(i).getValue()).isEqualTo(value(i));
        }
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8(String.format("k%03d", number));
    }

    private static ByteString value(int number) {
        return ByteString.copyFromUtf8("the value of key number " + number + ", long enough to be found in a file");
    }

    private Path newest(String below, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(cluster.node(0).dataDirectory().resolve(below))) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    /** Segments are filled with zeros ahead, so the records end where the zeros begin. */
    private static long endOfRecords(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private static long indexOf(Path file, byte[] content) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int at = bytes.length - content.length; at >= 0; at--) {
            if (java.util.Arrays.equals(bytes, at, at + content.length, content, 0, content.length)) {
                return at;
            }
        }
        throw new AssertionError("not found in " + file);
    }

    private static void flip(Path file, long position) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        write(file, position, new byte[] {(byte) (bytes[(int) position] ^ 4)});
    }

    private static void write(Path file, long position, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), position);
        }
    }
}
