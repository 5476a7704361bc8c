package io.quorlite.benchmarks.load;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.PutResponse;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Watchers of one prefix while keys in it are written at a fixed rate. Each value begins with the moment at which its put was due,
 * so that latency counts from the intended time (no coordinated omission) to the delivery at a watcher.
 */
public final class WatchFanOut {
    private static final String PREFIX = "/watched/";
    private static final int KEYS = 1_000;
    private static final int VALUE_BYTES = 256;
    private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(1);
    private static final long SETTLE_SECONDS_MAX = 20;

    private final Target target;
    private final int watchers;
    private final int writesPerSecond;
    private final List<ClientCallStreamObserver<WatchRequest>> streams = new ArrayList<>();
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong errors = new AtomicLong();
    private volatile Histogram latency = new ConcurrentHistogram(HIGHEST_MICROS, 3);

    public WatchFanOut(Target target, int watchers, int writesPerSecond) {
        this.target = target;
        this.watchers = watchers;
        this.writesPerSecond = writesPerSecond;
    }

    /** Writes for {@code seconds}, then waits until everything was delivered, or a bound; operations and items are events. */
    public Seen run(double seconds) throws InterruptedException {
        open();
        try {
            delivered.set(0);
            errors.set(0);
            latency = new ConcurrentHistogram(HIGHEST_MICROS, 3);
            long start = System.nanoTime();
            long written = write(start, seconds);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS_MAX);
            while (delivered.get() < written * watchers && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(2);
            }
            long missing = written * watchers - delivered.get();
            long nanos = System.nanoTime() - start;
            return new Seen(delivered.get(), delivered.get(), errors.get() + Math.max(0, missing), nanos, latency);
        } finally {
            // Cancelled, not completed: a server goes on telling a client that has nothing more to say.
            streams.forEach(stream -> stream.cancel("enough", null));
            streams.clear();
        }
    }

    private void open() throws InterruptedException {
        CountDownLatch created = new CountDownLatch(watchers);
        WatchCreateRequest create = WatchCreateRequest.newBuilder()
                .setKey(ByteString.copyFrom(PREFIX, StandardCharsets.US_ASCII))
                .setRangeEnd(ByteString.copyFrom("/watched0", StandardCharsets.US_ASCII))
                .build();
        for (int i = 0; i < watchers; i++) {
            var stream =
                    (ClientCallStreamObserver<WatchRequest>) target.watch(i).watch(new StreamObserver<>() {
                        @Override
                        public void onNext(WatchResponse response) {
                            if (response.getCreated()) {
                                created.countDown();
                            }
                            take(response);
                        }

                        @Override
                        public void onError(Throwable error) {
                            if (Status.fromThrowable(error).getCode() != Status.Code.CANCELLED) {
                                errors.incrementAndGet();
                            }
                        }

                        @Override
                        public void onCompleted() {}
                    });
            stream.onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
            streams.add(stream);
        }
        if (!created.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException(created.getCount() + " watches were not created");
        }
    }

    private void take(WatchResponse response) {
        long now = System.nanoTime();
        response.getEventsList().forEach(event -> {
            long due = event.getKv().getValue().asReadOnlyByteBuffer().getLong();
            latency.recordValue(Math.max(0, Math.min(HIGHEST_MICROS, (now - due) / 1_000)));
            delivered.incrementAndGet();
        });
    }

    private long write(long start, double seconds) {
        long writes = (long) (seconds * writesPerSecond);
        for (long i = 0; i < writes; i++) {
            long due = start + i * 1_000_000_000L / writesPerSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            target.kv((int) i).put(put((int) i, due), new StreamObserver<PutResponse>() {
                @Override
                public void onNext(PutResponse response) {}

                @Override
                public void onError(Throwable error) {
                    errors.incrementAndGet();
                }

                @Override
                public void onCompleted() {}
            });
        }
        return writes;
    }

    private static PutRequest put(int number, long due) {
        byte[] value = new byte[VALUE_BYTES];
        ByteBuffer.wrap(value).putLong(due);
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFrom(PREFIX + number % KEYS, StandardCharsets.US_ASCII))
                .setValue(ByteString.copyFrom(value))
                .build();
    }
}
