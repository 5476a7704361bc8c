package io.quorlite.etcd;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.watch.WatchMessage;
import io.quorlite.watch.WatchSink;
import io.quorlite.watch.WatchStream;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream of watches: requests go to the store's {@link WatchStream}, its messages come back through a bounded
 * queue. Requests are called on the connection's event loop, the sink by the hub's threads. While the client does not take
 * what is queued, no more of its requests are read.
 */
final class WatchCall extends ServerCall.Listener<WatchRequest> implements WatchSink {
    private static final Logger LOG = LoggerFactory.getLogger(WatchCall.class);

    private final ServerCall<WatchRequest, EncodedReply> call;
    private final Executor loop;
    private final WatchEncoder encoder;
    private final WatchQueue queue;
    private final Function<WatchSink, WatchStream> store;
    private final Consumer<WatchCall> onEnd;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean requestDue;
    /** Set by {@link #start}, before any request comes; the store may fail the sink before that. */
    private volatile @Nullable WatchStream watches;

    /** Which watches want fragments; guarded by itself together with {@link #created}. */
    private final Set<Long> fragmented = new HashSet<>();
    /** For each create that was not answered yet, in order, whether it wants fragments. */
    private final Queue<Boolean> created = new ArrayDeque<>();

    WatchCall(
            ServerCall<WatchRequest, EncodedReply> call,
            Executor loop,
            WatchEncoder encoder,
            long queueBytesMax,
            Function<WatchSink, WatchStream> store,
            Consumer<WatchCall> onEnd) {
        this.call = call;
        this.loop = loop;
        this.encoder = encoder;
        this.onEnd = onEnd;
        this.queue = new WatchQueue(loop, call::isReady, call::sendMessage, this::roomAgain, queueBytesMax);
        this.store = store;
    }

    /** Starts the exchange; to be called once, on the event loop. */
    void start() {
        call.sendHeaders(new Metadata());
        WatchStream opened = store.apply(this);
        watches = opened;
        if (ended.get()) {
            opened.close();
        } else {
            call.request(1);
        }
    }

    /** Ends the stream from this side. */
    void close(Status status) {
        if (end()) {
            loop.execute(() -> call.close(status, new Metadata()));
        }
    }

    // the client's side

    @Override
    public void onMessage(WatchRequest request) {
        WatchStream stream = Objects.requireNonNull(watches, "requests are asked for after the stream is open");
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(stream, request.getCreateRequest());
            case CANCEL_REQUEST -> stream.cancel(request.getCancelRequest().getWatchId());
            case PROGRESS_REQUEST -> stream.requestProgress();
            case REQUESTUNION_NOT_SET -> LOG.debug("a watch request of no known kind is ignored, as etcd does");
        }
        requestDue = true;
        requestNext();
    }

    private void create(WatchStream stream, WatchCreateRequest request) {
        synchronized (fragmented) {
            created.add(request.getFragment());
        }
        stream.create(ProtoMapper.watch(request));
    }

    private void requestNext() {
        if (requestDue && queue.hasRoom()) {
            requestDue = false;
            call.request(1);
        }
    }

    private void roomAgain() {
        requestNext();
        WatchStream stream = watches;
        if (stream != null) {
            stream.sinkReady();
        }
    }

    @Override
    public void onReady() {
        queue.resume();
    }

    @Override
    public void onCancel() {
        end();
    }

    @Override
    public void onComplete() {
        end();
    }

    /** Whether this was the end; a half-closed client goes on listening, so only close and cancel come here. */
    private boolean end() {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        queue.close();
        WatchStream stream = watches;
        if (stream != null) {
            stream.close();
        }
        onEnd.accept(this);
        return true;
    }

    // the store's side

    @Override
    public boolean isReady() {
        return queue.hasRoom();
    }

    @Override
    public void deliver(WatchMessage message) {
        queue.offer(encoder.encode(message, track(message)));
    }

    @Override
    public void fail(Throwable cause) {
        LOG.debug("a stream of watches is closed because the store cannot serve it", cause); // the store has told why
        Status status = StatusMapper.of(cause);
        // a client resumes after UNAVAILABLE; anything else would end its watch for good
        close(status.getCode() == Status.Code.UNKNOWN ? StatusMapper.STOPPED : status);
    }

    /** Keeps account of who wants fragments, and says whether {@code message} may be split. Creates are answered in order. */
    private boolean track(WatchMessage message) {
        synchronized (fragmented) {
            if (message instanceof WatchMessage.Events events) {
                return fragmented.contains(events.watchId());
            }
            if (message instanceof WatchMessage.Created answer) {
                if (Boolean.TRUE.equals(created.poll())) {
                    fragmented.add(answer.watchId());
                }
            } else if (message instanceof WatchMessage.Rejected) {
                created.poll();
            } else if (message instanceof WatchMessage.Cancelled answer) {
                fragmented.remove(answer.watchId());
            } else if (message instanceof WatchMessage.Compacted answer) {
                fragmented.remove(answer.watchId());
            }
            return false;
        }
    }
}
