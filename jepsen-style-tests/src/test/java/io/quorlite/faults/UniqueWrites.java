package io.quorlite.faults;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.quorlite.etcd.proto.rpc.PutRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that put keys nobody else puts, one call at a time each, until a number of them is acknowledged. An error leaves a
 * write's outcome unknown: the client goes on with the next key at the next member.
 */
final class UniqueWrites {
    private final ProcessCluster cluster;
    private final int clients;
    private final long goal;
    private final Map<String, Long> acknowledged = new ConcurrentSkipListMap<>();
    private final Map<String, String> unknown = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    UniqueWrites(ProcessCluster cluster, int clients, long goal) {
        this.cluster = cluster;
        this.clients = clients;
        this.goal = goal;
    }

    void start() {
        for (int i = 0; i < clients; i++) {
            int client = i;
            Thread thread = new Thread(() -> write(client), "client-" + client);
            thread.start();
            threads.add(thread);
        }
    }

    long count() {
        return count.get();
    }

    /** The revision of each acknowledged write, by key. */
    Map<String, Long> acknowledged() {
        return acknowledged;
    }

    /** Keys whose writes may or may not have happened, with what was said. */
    Map<String, String> unknown() {
        return unknown;
    }

    void join(long seconds) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (Thread thread : threads) {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime())));
        }
        boolean late = threads.stream().anyMatch(Thread::isAlive);
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        if (late) {
            throw new AssertionError(
                    "only " + count + " of " + goal + " writes were acknowledged within " + seconds + " s");
        }
    }

    private void write(int client) {
        int member = client % cluster.size();
        for (int number = 0; count.get() < goal && !stop.get(); number++) {
            String key = String.format("client-%02d/%06d", client, number);
            try {
                long revision = cluster.kv(member)
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setValue(ByteString.copyFromUtf8("value of " + key))
                                .build())
                        .getHeader()
                        .getRevision();
                acknowledged.put(key, revision);
                count.incrementAndGet();
            } catch (StatusRuntimeException e) {
                unknown.put(key, e.getStatus().toString());
                member = (member + 1) % cluster.size();
            }
        }
    }
}
