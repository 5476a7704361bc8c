package io.quorlite.benchmarks;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RangeResponse;
import java.nio.charset.StandardCharsets;

/** Reads of one key, of pages, of everything, and counts. */
final class Reads {
    private static final ByteString FIRST = ByteString.copyFrom(Puts.PREFIX, StandardCharsets.US_ASCII);
    private static final ByteString END = ByteString.copyFrom("/bench0", StandardCharsets.US_ASCII);

    private Reads() {}

    static Operation get(Target target, int keys, boolean serializable) {
        return (number, done) -> target.kv(number)
                .range(
                        RangeRequest.newBuilder()
                                .setKey(Puts.key(number, keys))
                                .setSerializable(serializable)
                                .build(),
                        done.with(RangeResponse::getKvsCount));
    }

    /** The first {@code limit} keys; all for 0. */
    static Operation list(Target target, int limit) {
        return (number, done) ->
                target.kv(number).range(everything().setLimit(limit).build(), done.with(RangeResponse::getKvsCount));
    }

    static Operation count(Target target) {
        return (number, done) ->
                target.kv(number).range(everything().setCountOnly(true).build(), done.with(response -> 1));
    }

    /** Everything, page after page at the first page's revision, as a Kubernetes API server lists. */
    static Operation pages(Target target, int limit) {
        return (number, done) -> page(target, number, everything().setLimit(limit), 0, done);
    }

    private static void page(
            Target target, int number, RangeRequest.Builder request, long before, Operation.Done done) {
        target.kv(number).range(request.build(), new StreamObserver<>() {
            private RangeResponse page = RangeResponse.getDefaultInstance();

            @Override
            public void onNext(RangeResponse response) {
                page = response;
            }

            @Override
            public void onError(Throwable error) {
                done.failed(error);
            }

            @Override
            public void onCompleted() {
                long rows = before + page.getKvsCount();
                if (!page.getMore()) {
                    done.succeeded(rows);
                    return;
                }
                ByteString last = page.getKvs(page.getKvsCount() - 1).getKey();
                request.setKey(last.concat(ByteString.copyFrom(new byte[1])));
                if (request.getRevision() == 0) {
                    request.setRevision(page.getHeader().getRevision());
                }
                page(target, number, request, rows, done);
            }
        });
    }

    private static RangeRequest.Builder everything() {
        return RangeRequest.newBuilder().setKey(FIRST).setRangeEnd(END);
    }
}
