package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who handles which kind of request. Thread-safe. */
final class RequestSinks {
    private static final Logger LOG = LoggerFactory.getLogger(RequestSinks.class);

    private final AtomicReferenceArray<RequestSink> sinks = new AtomicReferenceArray<>(PeerKinds.LIMIT);

    void register(int kind, RequestSink sink) {
        if (kind <= PeerKinds.CONTROL || kind >= PeerKinds.LIMIT) {
            throw new IllegalArgumentException("not a kind of request: " + kind);
        }
        if (!sinks.compareAndSet(kind, null, sink)) {
            throw new IllegalStateException("requests of kind " + kind + " have a handler already");
        }
    }

    /** Event loop only. */
    void accept(InboundRequest request, int kind, ByteBuf payload) {
        RequestSink sink = sinks.get(kind);
        if (sink == null) {
            request.refuseUnhandled();
            return;
        }
        try {
            sink.accept(request, payload);
        } catch (RuntimeException e) {
            failed(request, kind, e);
        }
    }

    static RequestSink onEventLoop(PeerHandler handler) {
        return (request, payload) -> handler.handle(request.fromMemberId(), ByteBufUtil.getBytes(payload), request);
    }

    static RequestSink onExecutor(int kind, PeerHandler handler, Executor executor) {
        return (request, payload) -> {
            byte[] bytes = ByteBufUtil.getBytes(payload);
            try {
                executor.execute(() -> {
                    try {
                        handler.handle(request.fromMemberId(), bytes, request);
                    } catch (RuntimeException e) {
                        failed(request, kind, e);
                    }
                });
            } catch (RejectedExecutionException e) {
                request.refuseOverloaded();
            }
        };
    }

    private static void failed(InboundRequest request, int kind, RuntimeException e) {
        LOG.error("the handler of peer requests of kind {} failed", kind, e);
        request.fail("the handler failed: " + e);
    }
}
