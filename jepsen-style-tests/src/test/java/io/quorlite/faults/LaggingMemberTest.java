package io.quorlite.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member that was down for so long that the log entries it needs are gone. */
class LaggingMemberTest {
    @TempDir
    Path folder;

    @Test
    void isSentTheDatabaseWhenTheLogItNeedsWasCompactedAway() throws Exception {
        List<String> shortLog = List.of("--snapshot-entries", "100", "--log-tail-entries", "50");
        try (ProcessCluster cluster = new ProcessCluster(Launcher.path(), folder, 3, shortLog)) {
            cluster.startAll();
            write(cluster, 100);
            int lagging = (cluster.leader() + 1) % 3;
            cluster.node(lagging).kill();
            UniqueWrites missed = write(cluster, 3_000);

            cluster.node(lagging).start();

            Waiting.until(
                    "the lagging member answers",
                    Duration.ofSeconds(60),
                    () -> cluster.status(lagging).getLeader() != 0);
            long newest = ClusterFacts.awaitSameRevision(cluster);
            assertThat(cluster.node(lagging).output())
                    .as("its log says what it was sent")
                    .contains("received the database of", "installed a copy");
            ClusterFacts.nothingAcknowledgedIsLost(cluster, missed.acknowledged());
            ClusterFacts.allHashesAgree(cluster, newest);
        }
    }

    private static UniqueWrites write(ProcessCluster cluster, long count) throws InterruptedException {
        UniqueWrites writes = new UniqueWrites(cluster, 16, count);
        writes.start();
        writes.join(120);
        return writes;
    }
}
