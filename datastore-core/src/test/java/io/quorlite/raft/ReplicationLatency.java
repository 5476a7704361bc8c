package io.quorlite.raft;

import io.quorlite.replication.Replication;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures, with three members in this process and one request in flight: a write at the leader, how much later the followers
 * apply it, a write through a follower, and read barriers. A tool to run by hand, not a test: its figures depend on the
 * machine.
 */
final class ReplicationLatency {
    private static final int WARM_UP = 2_000;
    private static final int MEASURED = 2_000;

    private ReplicationLatency() {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory("replication-latency");
        try (Trio trio = new Trio(directory, b -> b).startAll()) {
            int leader = trio.leader();
            int follower = leader % 3 + 1;
            writes(trio, leader, leader, "warm", WARM_UP);
            writes(trio, leader, follower, "warm", WARM_UP);
            writes(trio, leader, leader, "write at the leader", MEASURED);
            writes(trio, leader, follower, "write through a follower", MEASURED);
            barriers(trio.raft(leader), "barrier at the leader");
            barriers(trio.raft(follower), "barrier at a follower");
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        System.exit(0); // the engine's shared pools keep threads
    }

    private static void writes(Trio trio, int leader, int writer, String what, int count) throws Exception {
        long[] acknowledged = new long[count];
        long[] lag = new long[2 * count];
        String value = "v".repeat(256);
        for (int i = 0; i < count; i++) {
            String text = what + " " + writer + " " + i + " " + value;
            long began = System.nanoTime();
            long index = trio.replica(writer).propose(trio.raft(writer), text).get(60, TimeUnit.SECONDS);
            acknowledged[i] = System.nanoTime() - began;
            Waiting.until(
                    "applied by all",
                    () -> trio.replica(1).appliedIndex() >= index
                            && trio.replica(2).appliedIndex() >= index
                            && trio.replica(3).appliedIndex() >= index);
            long atLeader = trio.replica(leader).appliedNanos;
            lag[2 * i] = trio.replica(leader % 3 + 1).appliedNanos - atLeader;
            lag[2 * i + 1] = trio.replica((leader + 1) % 3 + 1).appliedNanos - atLeader;
        }
        print(what, acknowledged);
        print("  followers apply later by", lag);
    }

    private static void barriers(Replication raft, String what) throws Exception {
        long[] nanos = new long[MEASURED];
        for (int i = -WARM_UP; i < MEASURED; i++) {
            long began = System.nanoTime();
            raft.readBarrier().get(60, TimeUnit.SECONDS);
            if (i >= 0) {
                nanos[i] = System.nanoTime() - began;
            }
        }
        print(what, nanos);
    }

    private static void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%-32s p50 %6.3f  p90 %6.3f  p99 %6.3f  max %7.3f ms%n",
                what,
                nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 9 / 10] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6,
                nanos[nanos.length - 1] / 1e6);
    }
}
