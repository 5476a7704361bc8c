package io.quorlite.etcd;

import io.grpc.Attributes;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.quorlite.etcd.proto.rpc.WatchGrpc;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.watch.WatchSink;
import io.quorlite.watch.WatchStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** etcd's Watch service. Its responses are {@link EncodedReply}s, encoded already. Thread-safe. */
final class WatchService implements BindableService {
    /** How much a client may leave unread before its watches go back to catching up. */
    static final long QUEUE_BYTES_MAX = 4L << 20;

    /** The connection's event loop; connections without one drain their queues on the hub's thread. */
    static final Attributes.Key<Executor> EVENT_LOOP = Attributes.Key.create("event-loop");

    private static final MethodDescriptor<WatchRequest, EncodedReply> WATCH = WatchGrpc.getWatchMethod().toBuilder(
                    WatchGrpc.getWatchMethod().getRequestMarshaller(), EncodedReplyMarshaller.INSTANCE)
            .build();

    private final Function<WatchSink, WatchStream> store;
    private final WatchEncoder encoder;
    private final long queueBytesMax;
    private final Set<WatchCall> open = ConcurrentHashMap.newKeySet();

    WatchService(Function<WatchSink, WatchStream> store, WatchEncoder encoder, long queueBytesMax) {
        this.store = store;
        this.encoder = encoder;
        this.queueBytesMax = queueBytesMax;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder(WatchGrpc.SERVICE_NAME)
                .addMethod(WATCH, this::watch)
                .build();
    }

    private ServerCall.Listener<WatchRequest> watch(ServerCall<WatchRequest, EncodedReply> call, Metadata headers) {
        Executor loop = call.getAttributes().get(EVENT_LOOP);
        WatchCall watch =
                new WatchCall(call, loop == null ? Runnable::run : loop, encoder, queueBytesMax, store, open::remove);
        open.add(watch);
        watch.start();
        return watch;
    }

    /** Tells every client that the server goes; streams of watches would never end by themselves. */
    void stop() {
        for (WatchCall watch : open) {
            watch.close(StatusMapper.STOPPED);
        }
    }
}
