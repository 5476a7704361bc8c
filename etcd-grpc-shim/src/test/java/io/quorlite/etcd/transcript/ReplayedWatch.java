package io.quorlite.etcd.transcript;

import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.kv.Event;
import io.quorlite.etcd.proto.rpc.WatchGrpc;
import io.quorlite.etcd.proto.rpc.WatchProgressRequest;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A watch of a recording, opened again. Thread-safe: responses come on the channel's threads. */
final class ReplayedWatch implements StreamObserver<WatchResponse>, AutoCloseable {
    private static final long ASK_AGAIN_MILLIS = 100;
    private static final int ALL_WATCHES = -1;

    private final RecordedWatch recorded;
    private final StreamObserver<WatchRequest> requests;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<WatchResponse> responses = new ArrayList<>();
    private long seenRevision;
    private boolean closing;
    private @Nullable Throwable failure;

    @SuppressWarnings("this-escape") // the stub calls back only after the constructor's last line sent something
    ReplayedWatch(RecordedWatch recorded, Channel channel) {
        this.recorded = recorded;
        WatchGrpc.WatchStub stub = WatchGrpc.newStub(channel);
        if (recorded.call().requiresLeader()) {
            Metadata metadata = new Metadata();
            metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
            stub = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
        }
        this.requests = stub.watch(this);
        requests.onNext(
                WatchRequest.newBuilder().setCreateRequest(recorded.request()).build());
    }

    RecordedWatch recorded() {
        return recorded;
    }

    /** Waits for the answer to the create request. */
    void awaitCreated(Duration limit) {
        await(limit, () -> !responses.isEmpty(), () -> {});
    }

    /** Waits until everything up to {@code revision} has come. */
    void awaitRevision(long revision, Duration limit) {
        await(limit, () -> seenRevision >= revision, this::askForProgress);
    }

    private void askForProgress() {
        requests.onNext(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    }

    /** etcd does not remember a request for progress that comes too early, so it is made again. */
    private void await(Duration limit, BooleanSupplier reached, Runnable ask) {
        long deadline = System.nanoTime() + limit.toNanos();
        lock.lock();
        try {
            while (!reached.getAsBoolean()) {
                if (failure != null || System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "the watch of call " + recorded.call().number() + " stands at revision " + seenRevision,
                            failure);
                }
                ask.run();
                changed.await(ASK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    WatchResponse created() {
        lock.lock();
        try {
            return responses.get(0);
        } finally {
            lock.unlock();
        }
    }

    /** All events that came, in order. */
    List<Event> events() {
        lock.lock();
        try {
            return responses.stream()
                    .flatMap(response -> response.getEventsList().stream())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    List<WatchResponse> responses() {
        lock.lock();
        try {
            return List.copyOf(responses);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onNext(WatchResponse response) {
        lock.lock();
        try {
            responses.add(response);
            // a progress message for all watches, or events: both say that nothing older is to come
            if (response.getWatchId() == ALL_WATCHES && response.getEventsCount() == 0) {
                seenRevision = Math.max(seenRevision, response.getHeader().getRevision());
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onError(Throwable cause) {
        lock.lock();
        try {
            if (!closing) {
                failure = cause;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onCompleted() {
        onError(new IllegalStateException("the server ended the stream"));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
        } finally {
            lock.unlock();
        }
        requests.onError(new IllegalStateException("the replay is over"));
    }
}
