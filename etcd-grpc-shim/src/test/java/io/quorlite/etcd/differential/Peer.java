package io.quorlite.etcd.differential;

import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.quorlite.etcd.proto.rpc.CompactionRequest;
import io.quorlite.etcd.proto.rpc.DeleteRangeRequest;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.LeaseLeasesRequest;
import io.quorlite.etcd.proto.rpc.LeaseRevokeRequest;
import io.quorlite.etcd.proto.rpc.LeaseTimeToLiveRequest;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import java.util.concurrent.TimeUnit;

/** One of the two servers, through raw stubs: a request goes in, the answer or the refusal comes out as text. */
final class Peer implements AutoCloseable {
    private static final long CALL_SECONDS = 20;

    private final String name;
    private final ManagedChannel channel;

    Peer(String name, int port) {
        this.name = name;
        this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    ManagedChannel channel() {
        return channel;
    }

    /** The answer in a form that two servers can give alike. */
    String call(Message request) {
        try {
            return Normal.text(send(request));
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() + ": " + e.getStatus().getDescription();
        }
    }

    /** The store's revision, by a read that changes nothing. */
    long revision() {
        return kv().range(RangeRequest.newBuilder().setKey(Steps.key("none")).build())
                .getHeader()
                .getRevision();
    }

    void awaitReady(long seconds) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            try {
                revision();
                return;
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() > deadlineNanos) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(20);
                channel.resetConnectBackoff();
            }
        }
    }

    private Message send(Message request) {
        if (request instanceof RangeRequest range) {
            return kv().range(range);
        } else if (request instanceof PutRequest put) {
            return kv().put(put);
        } else if (request instanceof DeleteRangeRequest delete) {
            return kv().deleteRange(delete);
        } else if (request instanceof TxnRequest txn) {
            return kv().txn(txn);
        } else if (request instanceof CompactionRequest compaction) {
            return kv().compact(compaction);
        } else if (request instanceof LeaseGrantRequest grant) {
            return lease().leaseGrant(grant);
        } else if (request instanceof LeaseRevokeRequest revoke) {
            return lease().leaseRevoke(revoke);
        } else if (request instanceof LeaseTimeToLiveRequest timeToLive) {
            return lease().leaseTimeToLive(timeToLive);
        } else if (request instanceof LeaseLeasesRequest leases) {
            return lease().leaseLeases(leases);
        }
        throw new AssertionError(request.getClass());
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    private LeaseGrpc.LeaseBlockingStub lease() {
        return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public String toString() {
        return name;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
