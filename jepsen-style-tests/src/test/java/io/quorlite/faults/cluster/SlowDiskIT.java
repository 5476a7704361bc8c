package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Three nodes on disks whose syncs take longer than an election timeout, and the leader is killed. Only where it is asked for, by {@code
 * -Dtest=SlowDiskIT}: it takes minutes.
 */
class SlowDiskIT {
    private static final int DELAY_MICROS = 600_000;
    private static final int WRITES = 10; // a sync each, and more

    @Test
    void anotherLeaderIsFoundAndWritesGoOn() throws Exception {
        assumeTrue(straceWorks(), "strace cannot trace here");
        try (AgentCluster cluster = AgentCluster.of(3)) {
            List<AgentNode> all = cluster.nodes(1, 2, 3);
            List<Process> traces = new ArrayList<>();
            Evidence.keptOf(cluster, () -> {
                try (SteadyWrites writes = SteadyWrites.begin("slow", all)) {
                    writes.awaitMore(WRITES);
                    AgentNode leader = cluster.leader();
                    for (AgentNode node : all) {
                        traces.add(slowSyncs(node.process().orElseThrow().pid()));
                    }
                    writes.awaitMore(WRITES);
                    writes.takeLongestPauseMillis();
                    leader.kill();
                    writes.awaitMore(WRITES);
                    System.out.println("leader killed on slow disks: pause of writes " + writes.takeLongestPauseMillis()
                            + " ms, retried " + writes.retried());
                    writes.giveUp();
                } finally {
                    for (Process trace : traces) {
                        trace.destroy();
                        assertThat(trace.waitFor(10, TimeUnit.SECONDS)).isTrue();
                    }
                }
            });
        }
    }

    private static Process slowSyncs(long pid) throws IOException {
        return new ProcessBuilder(
                        "strace",
                        "-f",
                        "-p",
                        Long.toString(pid),
                        "-e",
                        "trace=fsync,fdatasync",
                        "-e",
                        "inject=fsync,fdatasync:delay_enter=" + DELAY_MICROS)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static boolean straceWorks() throws InterruptedException {
        try {
            return new ProcessBuilder("strace", "-f", "-e", "trace=fsync", "-e", "inject=fsync:delay_enter=1", "true")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // not installed
        }
    }
}
