package io.quorlite.faults.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.rpc.HashKVRequest;
import io.quorlite.etcd.proto.rpc.HashKVResponse;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrantResponse;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.LeaseKeepAliveRequest;
import io.quorlite.etcd.proto.rpc.LeaseKeepAliveResponse;
import io.quorlite.etcd.proto.rpc.LeaseRevokeRequest;
import io.quorlite.etcd.proto.rpc.LeaseTimeToLiveRequest;
import io.quorlite.etcd.proto.rpc.LeaseTimeToLiveResponse;
import io.quorlite.etcd.proto.rpc.MaintenanceGrpc;
import io.quorlite.etcd.proto.rpc.StatusRequest;
import io.quorlite.etcd.proto.rpc.StatusResponse;
import io.quorlite.etcd.proto.rpc.WatchGrpc;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Speaks to one node over one connection, and retries nothing. Thread-safe. */
public final class NodeClient implements AutoCloseable {
    private final String node;
    private final String host;
    private final int port;
    private final @Nullable ClientKeys keys;
    private @Nullable ManagedChannel channel; // guarded by this

    /** A client in plain text. */
    public NodeClient(String node, String host, int port) {
        this(node, host, port, null);
    }

    /** A client in TLS; {@code keys} need not be there before the first call. */
    public NodeClient(String node, String host, int port, @Nullable ClientKeys keys) {
        this.node = node;
        this.host = host;
        this.port = port;
        this.keys = keys;
    }

    /** The node has become a new one, with other certificates: the next call connects anew. */
    public synchronized void renew() {
        close();
        channel = null;
    }

    public String node() {
        return node;
    }

    /**
     * One call.
     *
     * @throws StatusRuntimeException what the node or the connection said instead of an answer
     */
    public Response call(StoreRequest request, Duration deadline) {
        long millis = deadline.toMillis();
        if (request instanceof StoreRequest.Range range) {
            return EtcdAnswers.range(kv(millis).range(EtcdMessages.range(range)));
        } else if (request instanceof StoreRequest.Put put) {
            return EtcdAnswers.put(kv(millis).put(EtcdMessages.put(put)));
        } else if (request instanceof StoreRequest.DeleteRange delete) {
            return EtcdAnswers.delete(kv(millis).deleteRange(EtcdMessages.delete(delete)));
        } else if (request instanceof StoreRequest.Txn txn) {
            return EtcdAnswers.txn(kv(millis).txn(EtcdMessages.txn(txn)));
        } else if (request instanceof StoreRequest.Compact compact) {
            return new Response.CompactResult(kv(millis)
                    .compact(EtcdMessages.compact(compact))
                    .getHeader()
                    .getRevision());
        } else if (request instanceof StoreRequest.HashKv hash) {
            HashKVResponse answer = maintenance(millis)
                    .hashKV(HashKVRequest.newBuilder()
                            .setRevision(hash.revision())
                            .build());
            return new Response.HashResult(
                    answer.getHeader().getRevision(),
                    answer.getHashRevision(),
                    answer.getCompactRevision(),
                    Integer.toUnsignedLong(answer.getHash()));
        }
        return lease(request, millis);
    }

    public StatusResponse status(Duration deadline) {
        return maintenance(deadline.toMillis()).status(StatusRequest.getDefaultInstance());
    }

    /** A stream of watches. */
    WatchGrpc.WatchStub watches() {
        return WatchGrpc.newStub(connecting());
    }

    private Response lease(StoreRequest request, long millis) {
        LeaseGrpc.LeaseBlockingStub lease =
                LeaseGrpc.newBlockingStub(connecting()).withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
        if (request instanceof StoreRequest.LeaseGrant grant) {
            LeaseGrantResponse answer = lease.leaseGrant(LeaseGrantRequest.newBuilder()
                    .setID(grant.id())
                    .setTTL(grant.ttlSeconds())
                    .build());
            return new Response.LeaseResult(answer.getHeader().getRevision(), answer.getID(), answer.getTTL());
        } else if (request instanceof StoreRequest.LeaseRevoke revoke) {
            long revision = lease.leaseRevoke(
                            LeaseRevokeRequest.newBuilder().setID(revoke.id()).build())
                    .getHeader()
                    .getRevision();
            return new Response.LeaseResult(revision, revoke.id(), 0);
        } else if (request instanceof StoreRequest.LeaseTimeToLive question) {
            LeaseTimeToLiveResponse answer = lease.leaseTimeToLive(
                    LeaseTimeToLiveRequest.newBuilder().setID(question.id()).build());
            // A lease with less than a second left is told as 0, one that is gone as -1.
            long left = answer.getTTL() == 0 ? 1 : answer.getTTL();
            return new Response.LeaseResult(answer.getHeader().getRevision(), answer.getID(), left);
        } else if (request instanceof StoreRequest.LeaseKeepAlive keepAlive) {
            return keepAlive(keepAlive, millis);
        }
        throw new IllegalArgumentException("not a call of the store: " + request);
    }

    private Response keepAlive(StoreRequest.LeaseKeepAlive request, long millis) {
        CompletableFuture<LeaseKeepAliveResponse> answer = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> stream = LeaseGrpc.newStub(connecting())
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .leaseKeepAlive(new First<>(answer));
        stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(request.id()).build());
        stream.onCompleted();
        try {
            LeaseKeepAliveResponse first = answer.get();
            return new Response.LeaseResult(first.getHeader().getRevision(), first.getID(), first.getTTL());
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StatusRuntimeException status
                    ? status
                    : Status.UNKNOWN.withCause(e.getCause()).asRuntimeException();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Status.CANCELLED.withCause(e).asRuntimeException();
        }
    }

    private KVGrpc.KVBlockingStub kv(long millis) {
        return KVGrpc.newBlockingStub(connecting()).withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
    }

    private MaintenanceGrpc.MaintenanceBlockingStub maintenance(long millis) {
        return MaintenanceGrpc.newBlockingStub(connecting()).withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
    }

    /** A channel that met a dead node waits longer and longer before it tries again; a test wants to know at once. */
    private synchronized ManagedChannel connecting() {
        ManagedChannel open = channel == null ? open() : channel;
        channel = open;
        if (open.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            open.resetConnectBackoff();
        }
        return open;
    }

    private ManagedChannel open() {
        NettyChannelBuilder builder =
                NettyChannelBuilder.forAddress(host, port).disableRetry().maxInboundMessageSize(Integer.MAX_VALUE);
        if (keys == null) {
            return builder.usePlaintext().build();
        }
        try {
            return builder.sslContext(keys.context()).build();
        } catch (IOException | IllegalArgumentException e) {
            throw Status.UNAVAILABLE
                    .withDescription(node + " is no member")
                    .withCause(new ConnectException(e.getMessage())) // nothing was sent
                    .asRuntimeException();
        }
    }

    @Override
    public synchronized void close() {
        if (channel != null) {
            channel.shutdownNow();
        }
    }

    /** The first message of a stream, or its end. */
    private record First<T>(CompletableFuture<T> first) implements StreamObserver<T> {
        @Override
        public void onNext(T message) {
            first.complete(message);
        }

        @Override
        public void onError(Throwable error) {
            first.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {
            first.completeExceptionally(Status.UNKNOWN
                    .withDescription("the stream ended without an answer")
                    .asRuntimeException());
        }
    }
}
