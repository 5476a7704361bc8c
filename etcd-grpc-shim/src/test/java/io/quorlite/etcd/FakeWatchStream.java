package io.quorlite.etcd;

import io.quorlite.watch.WatchMessage;
import io.quorlite.watch.WatchRequest;
import io.quorlite.watch.WatchSink;
import io.quorlite.watch.WatchStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** A store's stream of watches that the test plays: it answers creates with ids from 0, and sends what the test gives it. */
final class FakeWatchStream implements WatchStream {
    final WatchSink sink;
    final BlockingQueue<WatchRequest> creates = new LinkedBlockingQueue<>();
    final BlockingQueue<Long> cancels = new LinkedBlockingQueue<>();
    final BlockingQueue<Boolean> readySignals = new LinkedBlockingQueue<>();
    final CountDownLatch closed = new CountDownLatch(1);
    private long nextId;

    FakeWatchStream(WatchSink sink) {
        this.sink = sink;
    }

    @Override
    public synchronized void create(WatchRequest request) {
        sink.deliver(new WatchMessage.Created(nextId++, 1));
        creates.add(request); // last: whoever takes it may count on the answer being queued
    }

    @Override
    public void cancel(long watchId) {
        cancels.add(watchId);
    }

    @Override
    public void requestProgress() {
        sink.deliver(new WatchMessage.Progress(WatchMessage.NO_WATCH, 1));
    }

    @Override
    public void sinkReady() {
        readySignals.add(true);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
