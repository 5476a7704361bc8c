package io.quorlite.agent.rehearsal;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.rpc.Compare;
import io.quorlite.etcd.proto.rpc.DeleteRangeRequest;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.MaintenanceGrpc;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RequestOp;
import io.quorlite.etcd.proto.rpc.StatusRequest;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.etcd.proto.rpc.WatchGrpc;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One call of each kind that a kube-apiserver makes, to a node that serves in plain text. */
public final class EtcdCalls {
    private static final long CALL_SECONDS = 10;
    private static final ByteString KEY = ByteString.copyFromUtf8("rehearsal");

    private EtcdCalls() {}

    /** @throws io.grpc.StatusRuntimeException what a call was answered with, if not with success within ten seconds */
    public static void make(String host, int port) throws InterruptedException {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
        try {
            make(channel);
        } finally {
            channel.shutdownNow().awaitTermination(CALL_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void make(ManagedChannel channel) throws InterruptedException {
        KVGrpc.KVBlockingStub kv =
                KVGrpc.newBlockingStub(channel).withDeadlineAfter(6 * CALL_SECONDS, TimeUnit.SECONDS);
        long lease = LeaseGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())
                .getID();
        CountDownLatch events = new CountDownLatch(2); // that it was created, and the put
        StreamObserver<WatchRequest> watch = WatchGrpc.newStub(channel).watch(counting(events));
        watch.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(KEY).setPrevKv(true))
                .build());
        PutRequest put = PutRequest.newBuilder()
                .setKey(KEY)
                .setValue(KEY)
                .setLease(lease)
                .build();
        kv.put(put);
        events.await(CALL_SECONDS, TimeUnit.SECONDS);
        watch.onCompleted();
        long revision = kv.range(RangeRequest.newBuilder().setKey(KEY).build())
                .getKvs(0)
                .getModRevision();
        kv.range(RangeRequest.newBuilder()
                .setKey(KEY)
                .setRangeEnd(ByteString.copyFromUtf8("rehearsam"))
                .setLimit(500)
                .setRevision(revision)
                .setSerializable(true)
                .build());
        kv.txn(TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(KEY)
                        .setTarget(Compare.CompareTarget.MOD)
                        .setModRevision(revision))
                .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                .addFailure(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(KEY)))
                .build());
        kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(KEY).build());
        MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
    }

    private static StreamObserver<WatchResponse> counting(CountDownLatch events) {
        return new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse response) {
                events.countDown();
            }

            @Override
            public void onError(Throwable failure) {
                events.countDown();
            }

            @Override
            public void onCompleted() {
                events.countDown();
            }
        };
    }
}
