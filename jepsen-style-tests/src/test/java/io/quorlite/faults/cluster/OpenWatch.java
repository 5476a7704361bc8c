package io.quorlite.faults.cluster;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.kv.Event;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.etcd.proto.rpc.WatchGrpc;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import io.quorlite.faults.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A watch on everything at one node, over a connection of its own that is made once and never again: gRPC does not try a broken stream
 * a second time.
 */
final class OpenWatch implements AutoCloseable {
    private final AgentNode node;
    private final ManagedChannel channel;
    private final StreamObserver<WatchRequest> requests;
    private final Map<String, Long> seen = new ConcurrentHashMap<>();
    private volatile @Nullable String ended;

    /** With the client certificate that {@code node} has now. */
    OpenWatch(AgentNode node) throws IOException {
        this.node = node;
        this.channel =
                EtcdClients.channel(node.address(), 2379, node.directory().resolve("pki"), "client");
        this.requests = WatchGrpc.newStub(channel).watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse response) {
                if (response.getCanceled()) {
                    ended = "cancelled: " + response.getCancelReason();
                }
                for (Event event : response.getEventsList()) {
                    seen.put(
                            event.getKv().getKey().toStringUtf8(), event.getKv().getModRevision());
                }
            }

            @Override
            public void onError(Throwable cause) {
                ended = cause.toString();
            }

            @Override
            public void onCompleted() {
                ended = "completed";
            }
        });
        requests.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(ByteString.copyFrom(new byte[] {0}))
                        .setRangeEnd(ByteString.copyFrom(new byte[] {0}))
                        .setStartRevision(1))
                .build());
    }

    /** How it ended; null while it goes on. */
    @Nullable String ended() {
        return ended;
    }

    /** Until it has told of all of {@code written}, by their revisions. */
    void awaitAll(Map<String, Long> written) throws InterruptedException {
        Waiting.until("the watch at " + node.name() + " to tell everything", Duration.ofSeconds(30), () -> {
            if (ended != null) {
                throw new AssertionError("the watch at " + node.name() + " ended: " + ended);
            }
            return seen.entrySet().containsAll(written.entrySet());
        });
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
