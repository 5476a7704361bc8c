package io.quorlite.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.PutResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A closed loop of puts: as many as asked are in flight at any time, round-robin over channels to all members. Raw
 * asynchronous stubs, no retries; errors are counted apart from successes.
 */
final class PutLoad implements AutoCloseable {
    private static final int CHANNELS = 6;
    private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(1);

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<KVGrpc.KVStub> stubs = new ArrayList<>();
    private final int keys;
    private final ByteString value;
    private final AtomicInteger next = new AtomicInteger();

    PutLoad(List<Integer> ports, int keys, int valueBytes) {
        this.keys = keys;
        byte[] random = new byte[valueBytes];
        new Random(42).nextBytes(random);
        this.value = UnsafeByteOperations.unsafeWrap(random);
        for (int i = 0; i < Math.max(CHANNELS, ports.size()); i++) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", ports.get(i % ports.size()))
                    .usePlaintext()
                    .directExecutor()
                    .build();
            channels.add(channel);
            stubs.add(KVGrpc.newStub(channel));
        }
    }

    /** What a run saw. Latencies are in microseconds. */
    record Seen(long puts, long errors, long nanos, Histogram latency) {
        double perSecond() {
            return puts * 1e9 / nanos;
        }
    }

    /** Puts for about {@code seconds}, then lets what is in flight end. */
    Seen run(int inFlight, double seconds) throws InterruptedException {
        Run run = new Run(inFlight, (long) (seconds * 1e9));
        for (int i = 0; i < inFlight; i++) {
            run.put();
        }
        if (!run.done.await((long) seconds + 60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("puts are still in flight a minute after the end of the run");
        }
        return new Seen(run.puts.get(), run.errors.get(), System.nanoTime() - run.start, run.latency);
    }

    /** Tries until a first put succeeds. */
    void awaitFirstPut(long seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (ManagedChannel channel : channels) {
            channel.resetConnectBackoff();
        }
        while (true) {
            Status failure = tryOne();
            if (failure == null) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no put succeeded within " + seconds + " s: " + failure);
            }
            TimeUnit.MILLISECONDS.sleep(5);
            channels.forEach(ManagedChannel::resetConnectBackoff);
        }
    }

    private Status tryOne() throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        Status[] failure = new Status[1];
        stubs.get(0).withDeadlineAfter(2, TimeUnit.SECONDS).put(request(0), new StreamObserver<>() {
            @Override
            public void onNext(PutResponse response) {}

            @Override
            public void onError(Throwable error) {
                failure[0] = Status.fromThrowable(error);
                answered.countDown();
            }

            @Override
            public void onCompleted() {
                answered.countDown();
            }
        });
        answered.await();
        return failure[0];
    }

    private PutRequest request(int number) {
        String key = String.format("/bench/%08d", Math.floorMod(number * 7919L, keys));
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFrom(key, StandardCharsets.US_ASCII))
                .setValue(value)
                .build();
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }

    /** One run: each completion starts the next put until the time is over. */
    private final class Run {
        private final long start = System.nanoTime();
        private final long end;
        private final CountDownLatch done;
        private final AtomicLong puts = new AtomicLong();
        private final AtomicLong errors = new AtomicLong();
        private final Histogram latency = new ConcurrentHistogram(HIGHEST_MICROS, 3);

        Run(int inFlight, long nanos) {
            this.end = start + nanos;
            this.done = new CountDownLatch(inFlight);
        }

        void put() {
            int number = next.getAndIncrement();
            long sent = System.nanoTime();
            if (sent >= end) {
                done.countDown();
                return;
            }
            stubs.get(Math.floorMod(number, stubs.size())).put(request(number), new StreamObserver<>() {
                @Override
                public void onNext(PutResponse response) {
                    latency.recordValue(Math.min(HIGHEST_MICROS, (System.nanoTime() - sent) / 1_000));
                    puts.incrementAndGet();
                }

                @Override
                public void onError(Throwable error) {
                    errors.incrementAndGet();
                    put();
                }

                @Override
                public void onCompleted() {
                    put();
                }
            });
        }
    }
}
