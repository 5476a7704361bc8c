package io.quorlite.benchmarks.load;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RangeResponse;
import java.nio.charset.StandardCharsets;

/** Reads of one key, of pages, of everything, and counts. */
public final class Reads {
    private static final ByteString FIRST = ByteString.copyFrom(Puts.PREFIX, StandardCharsets.US_ASCII);
    private static final ByteString END = ByteString.copyFrom("/bench0", StandardCharsets.US_ASCII);

    private Reads() {}

    public static Operation get(Target target, int keys, boolean serializable) {
        return (number, done) -> target.kv(number)
                .range(
                        RangeRequest.newBuilder()
                                .setKey(Puts.key(number, keys))
                                .setSerializable(serializable)
                                .build(),
                        done.with(RangeResponse::getKvsCount));
    }

    /** The first {@code limit} keys; all for 0. */
    public static Operation list(Target target, int limit) {
        return (number, done) ->
                range(target, number, everything().setLimit(limit).build(), done.with(RowCount::rows));
    }

    public static Operation count(Target target) {
        return (number, done) ->
                target.kv(number).range(everything().setCountOnly(true).build(), done.with(response -> 1));
    }

    /** Everything, page after page at the first page's revision, as a Kubernetes API server lists. */
    public static Operation pages(Target target, int limit) {
        return (number, done) -> page(target, number, everything().setLimit(limit), 0, done);
    }

    private static void page(
            Target target, int number, RangeRequest.Builder request, long before, Operation.Done done) {
        range(target, number, request.build(), new StreamObserver<RowCount>() {
            private RowCount page = new RowCount(0, ByteString.EMPTY, false, 0);

            @Override
            public void onNext(RowCount response) {
                page = response;
            }

            @Override
            public void onError(Throwable error) {
                done.failed(error);
            }

            @Override
            public void onCompleted() {
                long rows = before + page.rows();
                if (!page.more()) {
                    done.succeeded(rows);
                    return;
                }
                request.setKey(page.lastKey().concat(ByteString.copyFrom(new byte[1])));
                if (request.getRevision() == 0) {
                    request.setRevision(page.revision());
                }
                page(target, number, request, rows, done);
            }
        });
    }

    static void range(Target target, int number, RangeRequest request, StreamObserver<RowCount> reply) {
        ClientCalls.asyncUnaryCall(target.channel(number).newCall(RowCount.RANGE, CallOptions.DEFAULT), request, reply);
    }

    private static RangeRequest.Builder everything() {
        return RangeRequest.newBuilder().setKey(FIRST).setRangeEnd(END);
    }
}
