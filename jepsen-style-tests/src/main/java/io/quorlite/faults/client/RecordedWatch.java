package io.quorlite.faults.client;

import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.rpc.WatchCancelRequest;
import io.quorlite.etcd.proto.rpc.WatchProgressRequest;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import io.quorlite.faults.history.HistoryLine.WatchHeard.Kind;
import io.quorlite.faults.history.HistoryRecorder;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.WatchSpec;
import java.util.List;

/** One watch on a stream of its own, every message of it written down. Thread-safe. */
public final class RecordedWatch implements StreamObserver<WatchResponse> {
    private final HistoryRecorder history;
    private final WatchSpec spec;
    private final int id;
    private final StreamObserver<WatchRequest> stream;
    private boolean ended;
    private boolean created;
    private long heardTo;
    private long compactedTo;

    private RecordedWatch(HistoryRecorder history, NodeClient client, WatchSpec spec) {
        this.history = history;
        this.spec = spec;
        this.heardTo = spec.startRevision() - 1;
        this.id = history.watchOpened(client.node(), spec);
        this.stream = client.watches().watch(this);
    }

    public static RecordedWatch open(HistoryRecorder history, NodeClient client, WatchSpec spec) {
        RecordedWatch watch = new RecordedWatch(history, client, spec);
        watch.send(WatchRequest.newBuilder()
                .setCreateRequest(EtcdMessages.watch(spec))
                .build());
        return watch;
    }

    /** Up to which revision it has told everything. */
    public synchronized long heardTo() {
        return heardTo;
    }

    /** Where it was refused for having been compacted: the first revision that is left; else 0. */
    public synchronized long compactedTo() {
        return compactedTo;
    }

    public synchronized boolean isOver() {
        return ended;
    }

    /** Whether the node has told anything at all. */
    public synchronized boolean isCreated() {
        return created;
    }

    public WatchSpec spec() {
        return spec;
    }

    /** Asks for the revision up to which it has told everything. */
    public void askProgress() {
        send(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    }

    public void cancel() {
        send(WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(0))
                .build());
    }

    /** The run is over: nothing more of it is written down. */
    public synchronized void leave() {
        ended = true;
    }

    private void send(WatchRequest request) {
        try {
            synchronized (stream) {
                stream.onNext(request);
            }
        } catch (IllegalStateException e) {
            end(Kind.BROKEN, 0, 0); // the stream has ended; its observer hears of that, too
        }
    }

    @Override
    public void onNext(WatchResponse message) {
        long revision = message.getHeader().getRevision();
        if (message.getCanceled()) {
            end(
                    message.getCompactRevision() != 0 ? Kind.COMPACTED : Kind.CANCELLED,
                    revision,
                    message.getCompactRevision());
        } else if (message.getCreated()) {
            other(Kind.CREATED, revision);
        } else if (message.getEventsCount() == 0) {
            other(Kind.PROGRESS, revision);
        } else {
            events(message, revision);
        }
    }

    private synchronized void events(WatchResponse message, long revision) {
        if (ended) {
            return;
        }
        List<KeyEvent> events =
                message.getEventsList().stream().map(EtcdAnswers::event).toList();
        history.heard(id, revision, events, message.getFragment());
        if (!message.getFragment()) {
            heardTo = Math.max(heardTo, events.get(events.size() - 1).revision());
        }
    }

    private synchronized void other(Kind kind, long revision) {
        if (ended) {
            return;
        }
        history.heard(id, kind, revision, 0);
        created = true;
        if (kind == Kind.PROGRESS) {
            heardTo = Math.max(heardTo, revision);
        }
    }

    @Override
    public void onError(Throwable error) {
        end(Kind.BROKEN, 0, 0);
    }

    @Override
    public void onCompleted() {
        end(Kind.BROKEN, 0, 0);
    }

    private synchronized void end(Kind kind, long revision, long compactRevision) {
        if (!ended) {
            ended = true;
            compactedTo = compactRevision;
            history.heard(id, kind, revision, compactRevision);
        }
    }
}
