package io.quorlite.faults.cluster;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorlite.faults.Waiting;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Clients that write all the time, each a key of its own after the other, with an ordinary client's retry: what a node does not answer, or
 * answers with "unavailable", is asked of the next one until it is answered, or time is up. Started at once, ended by {@link #close}.
 */
final class SteadyWrites implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final long RETRY_SECONDS = 20;
    private static final long RETRY_PAUSE_MILLIS = 10;
    private static final long REST_MILLIS = 60; // both cores belong to the nodes as well

    private final List<ManagedChannel> channels = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Long> acknowledged = new ConcurrentSkipListMap<>();
    private final Map<String, Integer> retried = new ConcurrentSkipListMap<>();
    private final ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
    private volatile boolean stop;
    private volatile long lastNanos = System.nanoTime();
    private volatile long longestNanos;

    private SteadyWrites() {}

    /** @param prefix of all keys, which no others begin with */
    static SteadyWrites begin(String prefix, List<AgentNode> nodes) throws IOException {
        SteadyWrites writes = new SteadyWrites();
        for (AgentNode node : nodes) {
            writes.alsoAt(node);
        }
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            Thread thread = new Thread(() -> writes.writeAll(prefix, client), prefix + "-" + client);
            writes.threads.add(thread);
            thread.start();
        }
        return writes;
    }

    /** Asks this node, too, from now on. */
    void alsoAt(AgentNode node) throws IOException {
        channels.add(EtcdClients.channel(node.address(), 2379, node.directory().resolve("pki"), "client"));
    }

    private void writeAll(String prefix, int client) {
        int node = client;
        for (int number = 0; !stop; number++) {
            node = write(String.format(Locale.ROOT, "%s/%d/%06d", prefix, client, number), node);
            rest(REST_MILLIS);
        }
    }

    /** @return the node to go on with */
    private int write(String key, int first) {
        int node = first;
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(RETRY_SECONDS);
        while (true) {
            ManagedChannel channel = channels.get(node % channels.size());
            try {
                long revision = EtcdClients.put(channel, key, "value of " + key);
                acknowledged.put(key, revision);
                answered();
                return node;
            } catch (StatusRuntimeException e) {
                boolean again = isRetriable(e.getStatus()) && System.nanoTime() < deadlineNanos;
                if (stop && isRetriable(e.getStatus())) {
                    return node; // of unknown outcome, and nobody waits for it
                }
                if (!again) {
                    failed.add(key + ": " + e.getStatus());
                    return node + 1;
                }
                retried.merge(words(e.getStatus()), 1, Integer::sum);
                channel.resetConnectBackoff();
                node++;
                rest(RETRY_PAUSE_MILLIS);
            }
        }
    }

    /** What says that the node, not the request, was at fault. */
    private static boolean isRetriable(Status status) {
        // The client's own word, not the server's, for a write that was on its way into a TLS connection when the
        // server was killed.
        boolean lostWithConnection = status.getCause() instanceof ClosedChannelException;
        return lostWithConnection
                || status.getCode() == Status.Code.UNAVAILABLE
                || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    }

    private static String words(Status status) {
        String description = status.getDescription();
        return status.getCode()
                + (description == null
                        ? ""
                        : " " + description.lines().findFirst().orElse(""));
    }

    private synchronized void answered() {
        long now = System.nanoTime();
        longestNanos = Math.max(longestNanos, now - lastNanos);
        lastNanos = now;
    }

    private static void rest(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** So many more than now. */
    void awaitMore(int count) throws InterruptedException {
        int goal = acknowledged.size() + count;
        Waiting.until(count + " more writes", Duration.ofSeconds(60), () -> acknowledged.size() >= goal);
    }

    /** No attempt is made again from now on: there is nobody to answer. */
    void giveUp() {
        stop = true;
    }

    /** The longest time between two acknowledged writes since this was last asked, in milliseconds. */
    synchronized long takeLongestPauseMillis() {
        answered();
        long pause = TimeUnit.NANOSECONDS.toMillis(longestNanos);
        longestNanos = 0;
        return pause;
    }

    /** The revision of each acknowledged write, by key. */
    Map<String, Long> acknowledged() {
        return acknowledged;
    }

    /** What was answered to attempts that were made again, and how often. */
    Map<String, Integer> retried() {
        return retried;
    }

    /** Writes that failed for good. */
    List<String> failed() {
        return List.copyOf(failed);
    }

    @Override
    public void close() throws InterruptedException {
        stop = true;
        for (Thread thread : threads) {
            thread.join();
        }
        for (ManagedChannel channel : channels) {
            channel.shutdownNow();
        }
    }
}
