package io.quorlite.watch;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rules under real threads: a writer, clients that do what clients may at any time, and catch-up between them. */
class WatchConcurrencyTest {
    private static final int CLIENTS = 4;
    private static final int REVISIONS = 2_000;
    private static final WatchLimits LIMITS = new WatchLimits(16, 64, 20, 2_000, 8, 2);

    private final FakeStore store = new FakeStore();
    private volatile boolean writing = true;

    @Test
    @Timeout(60)
    void keepsTheRulesWhileEverybodyActsAtOnce() throws Exception {
        long seed = System.nanoTime();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        ExecutorService actors = Executors.newFixedThreadPool(CLIENTS + 1);
        try {
            WatchHub hub = new WatchHub(store, readers, LIMITS, 1);
            Future<?> writer = actors.submit(() -> write(hub, new Random(seed)));
            List<Client> clients = new ArrayList<>();
            List<Future<?>> acting = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Client client = new Client(hub, new Random(seed + 1 + i));
                clients.add(client);
                acting.add(actors.submit(client::actWhileWritten));
            }
            writer.get();
            for (Future<?> client : acting) {
                client.get();
            }
            awaitAllLive(hub);

            WatchRules rules = new WatchRules(store.truth(), store.compactRevision());
            for (Client client : clients) {
                assertThat(client.sink.complaints()).as("seed %d", seed).isEmpty();
                assertThat(rules.breachesOfStream(client.requests, client.sink.messages(), store.revision()))
                        .as("seed %d", seed)
                        .isEmpty();
            }
            assertThat(hub.stats().catchUpRounds()).isPositive();
            assertThat(hub.stats().fellBehind()).isPositive();
        } finally {
            writing = false;
            actors.shutdownNow();
            readers.shutdownNow();
            assertThat(actors.awaitTermination(10, SECONDS)).isTrue();
            assertThat(readers.awaitTermination(10, SECONDS)).isTrue();
        }
    }

    private void write(WatchHub hub, Random random) {
        try {
            while (store.revision() < REVISIONS) {
                List<FakeStore.Change> changes = new ArrayList<>();
                for (int k = 0; k < 6; k++) {
                    if (random.nextInt(3) == 0) {
                        Bytes value = Bytes.utf8("v" + random.nextInt(1000));
                        changes.add(new FakeStore.Change(key(k), random.nextInt(4) == 0 ? null : value));
                    }
                }
                if (!store.commit(changes).isEmpty()) {
                    hub.publish(store.revision(), store.eventsOf(store.revision()), store::beforeUncompacted);
                }
                if (random.nextInt(100) == 0 && store.revision() - 200 > store.compactRevision()) {
                    store.compact(store.revision() - 100);
                }
            }
        } finally {
            writing = false;
        }
    }

    private static void awaitAllLive(WatchHub hub) throws InterruptedException {
        long deadline = System.nanoTime() + SECONDS.toNanos(20);
        while (hub.stats().slowWatchers() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        assertThat(hub.stats().slowWatchers()).isZero();
    }

    private static Bytes key(int number) {
        return Bytes.utf8((number < 3 ? "a/" : "b/") + number);
    }

    private final class Client {
        final FakeSink sink = new FakeSink();
        final List<WatchRequest> requests = new ArrayList<>();
        final WatchStream stream;
        final WatchHub hub;
        final Random random;

        Client(WatchHub hub, Random random) {
            this.hub = hub;
            this.random = random;
            stream = hub.open(sink);
        }

        void actWhileWritten() {
            while (writing) {
                act();
            }
            sink.setRoom(Long.MAX_VALUE);
            stream.sinkReady();
        }

        private void act() {
            int dice = random.nextInt(100);
            if (dice < 20) {
                create();
            } else if (dice < 35) {
                stream.cancel(random.nextInt(requests.size() + 1));
            } else if (dice < 60) {
                stream.requestProgress();
            } else if (dice < 65) {
                hub.sendPeriodicProgress();
            } else {
                sink.setRoom(random.nextInt(50));
                stream.sinkReady();
            }
        }

        private void create() {
            long start = random.nextInt(3) == 0 ? 0 : Math.max(0, hub.revision() - 150 + random.nextInt(170));
            KeyRange range = random.nextBoolean() ? KeyRange.prefix(Bytes.utf8("a/")) : KeyRange.single(key(4));
            WatchRequest request =
                    new WatchRequest(range, start, 0, random.nextBoolean(), false, false, random.nextBoolean());
            requests.add(request);
            stream.create(request);
        }
    }
}
