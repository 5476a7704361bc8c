package io.quorlite.benchmarks.failover;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.PutResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A put every few milliseconds, to the members in turn, whatever became of those before: so what is seen is when the group takes writes,
 * not how long a client waits for the answer to one that was lost with the leader. Knows the longest time without an acknowledged one.
 * Thread-safe.
 */
final class SteadyPuts implements AutoCloseable {
    private static final long PERIOD_MILLIS = 5;
    private static final int KEYS = 1_000;
    private static final ByteString VALUE = ByteString.copyFrom(new byte[100]);
    private static final long CALL_SECONDS = 5;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private int number; // the timer's thread alone
    private long acknowledged; // guarded by this, as are the next two
    private long lastNanos = System.nanoTime();
    private long longestNanos;

    SteadyPuts(List<Integer> ports) {
        for (int port : ports) {
            channels.add(NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .build());
        }
        timer.scheduleAtFixedRate(this::put, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void put() {
        ManagedChannel channel = channels.get(number % channels.size());
        channel.resetConnectBackoff(); // a member that is back is asked again at once
        KVGrpc.newStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .put(
                        PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("steady/" + number % KEYS))
                                .setValue(VALUE)
                                .build(),
                        new StreamObserver<>() {
                            @Override
                            public void onNext(PutResponse response) {
                                acknowledge();
                            }

                            @Override
                            public void onError(Throwable failure) {} // a pause is what shows

                            @Override
                            public void onCompleted() {}
                        });
        number++;
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
        timer.shutdownNow();
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
