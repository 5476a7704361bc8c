package io.quorlite.benchmarks.failover;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.PutRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Clients that put all the time, one put at a time each and with a short rest in between, and that go to the next member at once where one
 * fails or does not answer. They know the longest time without an acknowledged write. Thread-safe.
 */
final class RetryingWriters implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final int KEYS = 1_000;
    private static final ByteString VALUE = ByteString.copyFrom(new byte[100]);
    private static final long CALL_SECONDS = 5;
    private static final long REST_MILLIS = 2;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stop;
    private long acknowledged; // guarded by this, as are the next two
    private long lastNanos = System.nanoTime();
    private long longestNanos;

    RetryingWriters(List<Integer> ports) {
        for (int port : ports) {
            channels.add(NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .build());
        }
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            Thread thread = new Thread(() -> write(client), "writer-" + client);
            threads.add(thread);
            thread.start();
        }
    }

    private void write(int client) {
        int member = client;
        for (int number = client; !stop; number += CLIENTS) {
            ManagedChannel channel = channels.get(member % channels.size());
            PutRequest put = PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("writer/" + number % KEYS))
                    .setValue(VALUE)
                    .build();
            try {
                KVGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                        .put(put);
                acknowledge();
            } catch (StatusRuntimeException e) {
                channel.resetConnectBackoff();
                member++;
            }
            rest();
        }
    }

    private static void rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void acknowledge() {
        long now = System.nanoTime();
        longestNanos = Math.max(longestNanos, now - lastNanos);
        lastNanos = now;
        acknowledged++;
        notifyAll();
    }

    /** Waits until so many more are acknowledged. */
    synchronized void awaitMore(int count, long seconds) throws InterruptedException {
        long goal = acknowledged + count;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (acknowledged < goal) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new IllegalStateException("fewer than " + count + " writes within " + seconds + " s");
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** The longest time between two acknowledged writes since this was last asked, in milliseconds. */
    synchronized long takeLongestPauseMillis() {
        long pause = TimeUnit.NANOSECONDS.toMillis(longestNanos);
        longestNanos = 0;
        return pause;
    }

    @Override
    public void close() {
        stop = true;
        channels.forEach(ManagedChannel::shutdownNow);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
