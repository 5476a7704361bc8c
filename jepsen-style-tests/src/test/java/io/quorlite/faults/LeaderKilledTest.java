package io.quorlite.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes, 16 clients, and a leader that is killed with {@code kill -9} again and again. */
class LeaderKilledTest {
    private static final long WRITES = 10_000;
    private static final int KILLS = 5;

    @TempDir
    Path folder;

    @Test
    void losesNoAcknowledgedWriteWhenTheLeaderIsKilledFiveTimes() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(Launcher.path(), folder, 3, List.of())) {
            cluster.startAll();
            UniqueWrites writes = new UniqueWrites(cluster, 16, WRITES);
            writes.start();
            for (int kill = 1; kill <= KILLS; kill++) {
                awaitWrites(writes, kill * WRITES / (KILLS + 2));
                killTheLeaderAndRestartIt(cluster, writes);
            }
            writes.join(120);

            assertThat(writes.count()).isGreaterThanOrEqualTo(WRITES);
            long newest = ClusterFacts.awaitSameRevision(cluster);
            ClusterFacts.nothingAcknowledgedIsLost(cluster, writes.acknowledged());
            ClusterFacts.revisionsHaveNoGap(cluster, newest);
            ClusterFacts.allHashesAgree(cluster, newest);
            assertThat(newest - 1)
                    .as("revisions used: acknowledged writes, and at most all those of unknown outcome")
                    .isBetween(
                            (long) writes.acknowledged().size(),
                            (long) writes.acknowledged().size()
                                    + writes.unknown().size());
        }
    }

    private static void killTheLeaderAndRestartIt(ProcessCluster cluster, UniqueWrites writes) throws Exception {
        Waiting.until("a leader", Duration.ofSeconds(30), () -> cluster.leader() >= 0);
        int leader = cluster.leader();
        cluster.node(leader).kill();
        awaitWrites(writes, Math.min(WRITES, writes.count() + 200));
        cluster.node(leader).start();
        Waiting.until(
                "the killed node answers again",
                Duration.ofSeconds(60),
                () -> cluster.status(leader).getLeader() != 0);
    }

    private static void awaitWrites(UniqueWrites writes, long count) throws InterruptedException {
        Waiting.until(count + " acknowledged writes", Duration.ofSeconds(60), () -> writes.count() >= count);
    }
}
