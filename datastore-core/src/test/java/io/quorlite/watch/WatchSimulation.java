package io.quorlite.watch;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A hub with its writer, clients and catch-up work in one thread, every step chosen by a seed: the same seed, the same run.
 * Steps happen also while a round has read the history and not yet finished, and between the commit of a revision and its
 * publication. {@link #run} returns every breach of the rules.
 */
final class WatchSimulation {
    private static final int STREAMS_MAX = 5;
    private static final int NESTING_MAX = 2;

    /** A client stream, with what it asked for and up to where its open watches must be complete at the end. */
    private static final class Client {
        final FakeSink sink = new FakeSink();
        final List<WatchRequest> requests = new ArrayList<>();
        final WatchStream stream;
        boolean closed;

        Client(WatchHub hub) {
            stream = hub.open(sink);
        }
    }

    private final Random random;
    private final FakeStore store = new FakeStore();
    private final List<Runnable> tasks = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final WatchHub hub;
    private long published = 1;
    private int nesting;

    WatchSimulation(long seed) {
        random = new Random(seed);
        WatchLimits limits = new WatchLimits(
                8, 25, 1 + random.nextInt(4), 1 + random.nextInt(60), 1 + random.nextInt(6), 1 + random.nextInt(3));
        hub = new WatchHub(store, tasks::add, limits, 1);
        store.aroundReads(this::meanwhile);
    }

    List<String> run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
        }
        settle();
        return breaches();
    }

    /** What happens while a round reads, before it gets its rows and after. */
    private void meanwhile() {
        if (nesting < NESTING_MAX) {
            nesting++;
            for (int i = random.nextInt(4); i > 0; i--) {
                step();
            }
            nesting--;
        }
    }

    private void step() {
        int dice = random.nextInt(100);
        if (dice < 28) {
            write();
        } else if (dice < 32) {
            compact();
        } else if (dice < 34) {
            installSnapshot();
        } else if (dice < 60) {
            runTask();
        } else if (dice < 64) {
            hub.sendPeriodicProgress();
        } else {
            clientStep(client());
        }
    }

    /** A batch of transactions: all committed, then all published, as apply does it. */
    private void write() {
        for (int i = random.nextInt(3); i >= 0; i--) {
            commit();
        }
        if (random.nextInt(10) == 0) {
            compact();
        }
        if (nesting == 0 && random.nextInt(4) == 0) {
            runTask(); // reads while more is committed than published
        }
        publish();
    }

    private void commit() {
        List<FakeStore.Change> changes = new ArrayList<>();
        for (int k = 0; k < 6; k++) {
            if (random.nextInt(3) == 0) {
                Bytes value = Bytes.utf8("v" + random.nextInt(1000));
                changes.add(new FakeStore.Change(key(k), random.nextInt(4) == 0 ? null : value));
            }
        }
        store.commit(changes);
    }

    private void publish() {
        while (published < store.revision()) {
            published++;
            hub.publish(published, store.eventsOf(published), store::beforeUncompacted);
        }
    }

    private void compact() {
        long to = Math.max(store.compactRevision(), store.revision() - 8) + 1 + random.nextInt(8);
        if (to > store.compactRevision() && to <= store.revision()) {
            store.compact(to);
        }
    }

    private void installSnapshot() {
        commit();
        commit();
        published = store.revision();
        hub.reset(published);
    }

    private void runTask() {
        if (!tasks.isEmpty()) {
            tasks.remove(random.nextInt(tasks.size())).run();
        }
    }

    private Client client() {
        if (clients.isEmpty() || (clients.size() < STREAMS_MAX && random.nextInt(20) == 0)) {
            clients.add(new Client(hub));
        }
        return clients.get(random.nextInt(clients.size()));
    }

    private void clientStep(Client client) {
        int dice = random.nextInt(100);
        if (dice < 35) {
            create(client);
        } else if (dice < 45) {
            client.stream.cancel(random.nextInt(8));
        } else if (dice < 60) {
            client.stream.requestProgress();
        } else if (dice < 75) {
            client.sink.setRoom(random.nextInt(3));
            client.stream.sinkReady();
        } else if (dice < 97) {
            client.sink.setRoom(Long.MAX_VALUE);
            client.stream.sinkReady();
        } else {
            client.stream.close();
            client.closed = true;
        }
    }

    private void create(Client client) {
        long start = random.nextInt(3) == 0 ? 0 : Math.max(-1, published - 12 + random.nextInt(16));
        long id = random.nextInt(4) == 0 ? 1 + random.nextInt(7) : 0;
        WatchRequest request = new WatchRequest(
                range(),
                start,
                id,
                random.nextBoolean(),
                random.nextInt(8) == 0,
                random.nextInt(8) == 0,
                random.nextBoolean());
        if (!client.closed) {
            client.requests.add(request);
        }
        client.stream.create(request);
    }

    private KeyRange range() {
        return switch (random.nextInt(6)) {
            case 0 -> KeyRange.all();
            case 1 -> KeyRange.prefix(Bytes.utf8("a/"));
            case 2 -> KeyRange.fromKey(key(random.nextInt(6)));
            case 3 -> KeyRange.between(key(random.nextInt(6)), key(random.nextInt(6)));
            default -> KeyRange.single(key(random.nextInt(6)));
        };
    }

    private static Bytes key(int number) {
        return Bytes.utf8(number < 3 ? "a/" + number : "b/" + number);
    }

    /** Everybody listens until all that can be said is said. */
    private void settle() {
        store.aroundReads(() -> {});
        for (Client client : clients) {
            client.sink.setRoom(Long.MAX_VALUE);
            client.stream.sinkReady();
        }
        while (!tasks.isEmpty()) {
            runTask();
        }
    }

    private List<String> breaches() {
        List<String> breaches = new ArrayList<>();
        WatchRules rules = new WatchRules(store.truth(), store.compactRevision());
        for (Client client : clients) {
            breaches.addAll(client.sink.complaints());
            breaches.addAll(
                    rules.breachesOfStream(client.requests, client.sink.messages(), client.closed ? 0 : published));
        }
        WatchStats stats = hub.stats();
        if (stats.slowWatchers() != 0) {
            breaches.add("at rest there are slow watchers: " + stats);
        }
        clients.forEach(client -> client.stream.close());
        stats = hub.stats();
        if (stats.streams() != 0 || stats.watchers() != 0) {
            breaches.add("after all is closed: " + stats);
        }
        return breaches;
    }
}
