package io.quorlite.datastore;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Op;
import io.quorlite.replication.PeerAddress;
import io.quorlite.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Three members in this process, on free ports of the loopback address. */
final class TestCluster implements AutoCloseable {
    static final int SIZE = 3;
    private static final long DEADLINE_SECONDS = 60;

    private final Path directory;
    private final Consumer<DatastoreConfig.Builder> settings;
    private final List<PeerAddress> addresses;
    private final ConcurrentSkipListMap<Integer, Datastore> running = new ConcurrentSkipListMap<>();

    TestCluster(Path directory, Consumer<DatastoreConfig.Builder> settings) throws IOException {
        this.directory = directory;
        this.settings = settings;
        this.addresses = freeAddresses();
    }

    /** All at the same time, as the first start wants it. */
    TestCluster startAll() throws Exception {
        for (int i = 0; i < SIZE; i++) {
            start(i);
        }
        for (Datastore store : running.values()) {
            get(store.checkLinearizable());
        }
        return this;
    }

    DatastoreConfig.Builder config(int member) {
        DatastoreConfig.Builder config =
                DatastoreConfig.builder(directory.resolve("n" + member)).name("n" + member);
        for (int i = 0; i < SIZE; i++) {
            config.peer("n" + i, addresses.get(i));
        }
        settings.accept(config);
        return config;
    }

    Datastore start(int member) throws IOException {
        Datastore store = Datastore.open(config(member).build());
        running.put(member, store);
        return store;
    }

    void stop(int member) {
        Datastore store = running.remove(member);
        if (store != null) {
            store.close();
        }
    }

    Datastore member(int member) {
        Datastore store = running.get(member);
        if (store == null) {
            throw new IllegalStateException("n" + member + " is not running");
        }
        return store;
    }

    List<Datastore> members() {
        return List.copyOf(running.values());
    }

    /** The number of a running member that leads, as soon as there is one. */
    int leader() throws Exception {
        int[] leader = {-1};
        await("a leader", () -> {
            running.forEach((number, store) -> {
                if (store.status().replication().isLeader()) {
                    leader[0] = number;
                }
            });
            return leader[0] >= 0;
        });
        return leader[0];
    }

    int follower() throws Exception {
        int leader = leader();
        return running.keySet().stream()
                .filter(number -> number != leader)
                .findFirst()
                .orElseThrow();
    }

    /** Waits until all running members have applied the same. */
    void awaitEqual() throws Exception {
        await("equal members", () -> {
            List<HashResult> hashes = new ArrayList<>();
            for (Datastore store : running.values()) {
                hashes.add(get(store.hash(0)));
            }
            return hashes.stream().distinct().count() == 1;
        });
    }

    static long put(Datastore store, String key, String value) throws Exception {
        return get(store.put(Op.Put.of(Bytes.utf8(key), Bytes.utf8(value)))).revision();
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for a level. */
    static void await(String what, Callable<Boolean> level) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!level.call()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("no " + what + " within " + DEADLINE_SECONDS + " s");
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        List<Integer> numbers = List.copyOf(running.keySet());
        numbers.forEach(this::stop);
    }

    private static List<PeerAddress> freeAddresses() throws IOException {
        return FreePorts.draw(SIZE).stream()
                .map(port -> new PeerAddress("127.0.0.1", port))
                .toList();
    }
}
