package io.quorlite.datastore;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Clients that write one new key after the other, each time to the next running member. */
final class Writers {
    private final TestCluster cluster;
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> acknowledged = new ArrayList<>(); // guarded by this, as is the next
    private final List<String> refused = new ArrayList<>();
    private volatile boolean stopped;

    Writers(TestCluster cluster, int count) {
        this.cluster = cluster;
        for (int i = 0; i < count; i++) {
            int number = i;
            Thread thread = new Thread(() -> write(number), "writer-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    /** Waits until {@code count} more writes are acknowledged. */
    void awaitAcknowledged(int count) throws Exception {
        int before = acknowledged().size();
        TestCluster.await(count + " more writes", () -> acknowledged().size() >= before + count);
    }

    /** Ends the clients; returns the keys whose writes were acknowledged. */
    List<String> stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
        return acknowledged();
    }

    /** Keys whose writes were refused, which says that they never happened and never will. */
    synchronized List<String> refused() {
        return List.copyOf(refused);
    }

    private synchronized List<String> acknowledged() {
        return List.copyOf(acknowledged);
    }

    private void write(int writer) {
        for (int i = 0; !stopped; i++) {
            String key = "writer-" + writer + "-" + i;
            List<Datastore> members = cluster.members();
            write(members.get(i % members.size()), key);
        }
    }

    private void write(Datastore store, String key) {
        try {
            store.put(Op.Put.of(Bytes.utf8(key), Bytes.utf8("value"))).get(30, TimeUnit.SECONDS);
            add(acknowledged, key);
        } catch (ExecutionException e) {
            if (!((DatastoreException) Refusals.unwrap(e)).kind().isOutcomeUnknown()) {
                add(refused, key);
            }
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer to the write of " + key, e);
        }
    }

    private synchronized void add(List<String> keys, String key) {
        keys.add(key);
    }
}
