package io.quorlite.benchmarks.load;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What API servers ask together: of ten operations four list a namespace of a hundred objects, four list it and open a watch from
 * there, which ends when the server has confirmed it, and two update an object.
 */
public final class KubernetesMix implements Operation {
    private static final int NAMESPACE_KEYS = 100;

    private final Target target;
    private final int keys;
    private final Updates updates;

    public KubernetesMix(Target target, int keys) {
        this.target = target;
        this.keys = keys;
        this.updates = new Updates(target, keys, 1024);
    }

    @Override
    public void start(int number, Done done) {
        int kind = Math.floorMod(number, 10);
        if (kind < 2) {
            updates.start(number / 10 * 2 + kind, done); // every key in turn
        } else if (kind < 6) {
            Reads.range(target, number, namespace(number), done.with(RowCount::rows));
        } else {
            listAndWatch(number, done);
        }
    }

    private void listAndWatch(int number, Done done) {
        RangeRequest list = namespace(number);
        Reads.range(target, number, list, new StreamObserver<>() {
            private long revision;
            private long rows;

            @Override
            public void onNext(RowCount reply) {
                revision = reply.revision();
                rows = reply.rows();
            }

            @Override
            public void onError(Throwable error) {
                done.failed(error);
            }

            @Override
            public void onCompleted() {
                watch(number, list, revision + 1, rows, done);
            }
        });
    }

    private void watch(int number, RangeRequest list, long startRevision, long rows, Done done) {
        target.watch(number)
                .watch(new WatchOnce(rows, done))
                .onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder()
                                .setKey(list.getKey())
                                .setRangeEnd(list.getRangeEnd())
                                .setStartRevision(startRevision)
                                .setPrevKv(true)
                                .setProgressNotify(true))
                        .build());
    }

    private RangeRequest namespace(int number) {
        int first = Math.floorMod(number / 10, Math.max(1, keys / NAMESPACE_KEYS)) * NAMESPACE_KEYS;
        return RangeRequest.newBuilder()
                .setKey(key(first))
                .setRangeEnd(key(first + NAMESPACE_KEYS))
                .build();
    }

    private static ByteString key(int number) {
        return ByteString.copyFrom(String.format("%s%08d", Puts.PREFIX, number), StandardCharsets.US_ASCII);
    }

    /** A watch that ends with the server's word that it is there. */
    private static final class WatchOnce implements ClientResponseObserver<WatchRequest, WatchResponse> {
        private final long rows;
        private final Done done;
        private @Nullable ClientCallStreamObserver<WatchRequest> requests;
        private boolean ended;

        WatchOnce(long rows, Done done) {
            this.rows = rows;
            this.done = done;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
            requests = stream;
        }

        @Override
        public void onNext(WatchResponse response) {
            if (!ended && requests != null) {
                ended = true;
                requests.cancel(
                        "seen", null); // not completed: a server goes on telling a client that has no more to say
                done.succeeded(rows);
            }
        }

        @Override
        public void onError(Throwable error) {
            if (!ended) {
                ended = true;
                done.failed(error);
            }
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("the server ended the watch"));
        }
    }
}
