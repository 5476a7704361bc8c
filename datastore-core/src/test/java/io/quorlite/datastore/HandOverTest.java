package io.quorlite.datastore;

import static io.quorlite.datastore.TestCluster.await;
import static io.quorlite.datastore.TestCluster.put;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A leader that is stopped in order leaves another one behind. */
@Timeout(180)
class HandOverTest {
    @TempDir
    Path temp;

    @Test
    void leadershipGoesToAVoterThatAnswersWithoutAnElectionOfItsOwn() throws Exception {
        try (TestCluster cluster = new TestCluster(temp, settings -> {}).startAll()) {
            put(cluster.member(0), "a", "1");
            cluster.awaitEqual();
            int leader = cluster.leader();
            int online = (leader + 1) % 3;
            cluster.stop((leader + 2) % 3); // with as long a log as the other, and no answer
            await(
                    "silence",
                    () -> cluster.member(leader).membership().progress().stream()
                            .anyMatch(each -> each.silentMillis() > 600 && each.silentMillis() < Long.MAX_VALUE));
            long term = cluster.member(leader).status().replication().term();
            Datastore successor = cluster.member(online);

            TestCluster.get(cluster.member(leader).transferLeadership(0));

            await("the successor", () -> successor.status().replication().isLeader());
            assertThat(successor.status().replication().term()).isEqualTo(term + 1);
        }
    }

    @Test
    void allMembersStopAndStartInTurnUnderLoadAndNoWriteIsLost(TestReporter reporter) throws Exception {
        try (TestCluster cluster = new TestCluster(temp, settings -> {}).startAll()) {
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger written = new AtomicInteger();
            AtomicInteger current = new AtomicInteger();
            AtomicLong pauseMax = new AtomicLong();
            AtomicLong stopping = new AtomicLong(-1); // the member that a client does not talk to just now
            Thread writer = new Thread(
                    () -> {
                        long last = System.nanoTime();
                        while (!stop.get()) {
                            int target =
                                    (int) (stopping.get() == current.get() ? (current.get() + 1) % 3 : current.get());
                            try {
                                put(cluster.member(target), "key-" + written.get(), "v");
                                written.incrementAndGet();
                                long now = System.nanoTime();
                                pauseMax.accumulateAndGet(now - last, Math::max);
                                last = now;
                            } catch (ExecutionException e) {
                                // as any client: again
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        }
                    },
                    "writer");
            writer.start();
            await("load", () -> written.get() > 200);
            for (int round = 0; round < 3; round++) {
                int leader = cluster.leader();
                stopping.set(leader);
                current.set((leader + 1) % 3);
                pauseMax.set(0);
                int before = written.get();
                cluster.stop(leader);
                await("writes", () -> written.get() > before + 100);
                reporter.publishEntry(
                        "longest pause of writes, ms", String.valueOf(TimeUnit.NANOSECONDS.toMillis(pauseMax.get())));
                cluster.start(leader);
                Datastore back = cluster.member(leader);
                GrowingCluster.retried(() -> TestCluster.get(back.checkLinearizable()));
            }
            stop.set(true);
            writer.join();

            cluster.awaitEqual();
            assertThat(cluster.member(0).revision()).isGreaterThan(written.get());
            assertThat(List.of(0, 1, 2))
                    .allSatisfy(number ->
                            assertThat(cluster.member(number).members()).hasSize(3));
        }
    }
}
