package io.quorlite.etcd;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quorlite.datastore.Datastore;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrantResponse;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.LeaseKeepAliveRequest;
import io.quorlite.etcd.proto.rpc.LeaseKeepAliveResponse;
import io.quorlite.etcd.proto.rpc.LeaseLeasesRequest;
import io.quorlite.etcd.proto.rpc.LeaseLeasesResponse;
import io.quorlite.etcd.proto.rpc.LeaseRevokeRequest;
import io.quorlite.etcd.proto.rpc.LeaseRevokeResponse;
import io.quorlite.etcd.proto.rpc.LeaseStatus;
import io.quorlite.etcd.proto.rpc.LeaseTimeToLiveRequest;
import io.quorlite.etcd.proto.rpc.LeaseTimeToLiveResponse;
import io.quorlite.etcd.proto.rpc.ResponseHeader;
import io.quorlite.mvcc.Bytes;
import java.util.List;

/** etcd's Lease service. Thread-safe. */
final class LeaseService extends LeaseGrpc.LeaseImplBase {
    private static final long NO_LEASE_TTL = -1;

    private final Datastore store;
    private final ProtoMapper mapper;

    LeaseService(Datastore store, ProtoMapper mapper) {
        this.store = store;
        this.mapper = mapper;
    }

    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> client) {
        UnaryReply.send(
                client,
                () -> store.grantLease(request.getID(), request.getTTL()),
                lease -> LeaseGrantResponse.newBuilder()
                        .setHeader(mapper.header(store.revision()))
                        .setID(lease.id())
                        .setTTL(lease.grantedTtlSeconds())
                        .build());
    }

    @Override
    public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> client) {
        UnaryReply.send(
                client,
                () -> store.revokeLease(request.getID()),
                revision -> LeaseRevokeResponse.newBuilder()
                        .setHeader(mapper.header(revision))
                        .build());
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> client) {
        return new KeepAliveStream((ServerCallStreamObserver<LeaseKeepAliveResponse>) client);
    }

    @Override
    public void leaseTimeToLive(LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> client) {
        UnaryReply.send(
                client,
                () -> store.leaseTimeToLive(request.getID(), request.getKeys()),
                lease -> timeToLive(request, lease));
    }

    @Override
    public void leaseLeases(LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> client) {
        UnaryReply.send(client, store::leases, this::leases);
    }

    private LeaseTimeToLiveResponse timeToLive(
            LeaseTimeToLiveRequest request, io.quorlite.datastore.LeaseStatus lease) {
        LeaseTimeToLiveResponse.Builder reply = LeaseTimeToLiveResponse.newBuilder()
                .setHeader(mapper.header(store.revision()))
                .setID(request.getID());
        if (lease.remainingSeconds() < 0) {
            return reply.setTTL(NO_LEASE_TTL).build();
        }
        for (Bytes key : lease.keys()) {
            reply.addKeys(ProtoMapper.byteString(key));
        }
        return reply.setTTL(lease.remainingSeconds())
                .setGrantedTTL(lease.grantedTtlSeconds())
                .build();
    }

    private LeaseLeasesResponse leases(List<Long> ids) {
        LeaseLeasesResponse.Builder reply = LeaseLeasesResponse.newBuilder().setHeader(mapper.header(store.revision()));
        for (long id : ids) {
            reply.addLeases(LeaseStatus.newBuilder().setID(id));
        }
        return reply.build();
    }

    /**
     * One client's keep-alives, answered one at a time and in order: the next is read when the one before is answered, so a
     * stream holds at most one. Its lock guards the stream's end, since answers come from the store's threads.
     */
    private final class KeepAliveStream implements StreamObserver<LeaseKeepAliveRequest> {
        private final ServerCallStreamObserver<LeaseKeepAliveResponse> client;
        private boolean answering;
        private boolean halfClosed;
        private boolean ended;

        KeepAliveStream(ServerCallStreamObserver<LeaseKeepAliveResponse> client) {
            this.client = client;
            client.disableAutoRequest();
            client.setOnCancelHandler(this::end);
            client.request(1);
        }

        @Override
        public void onNext(LeaseKeepAliveRequest request) {
            synchronized (this) {
                answering = true;
            }
            // the header is of before the renewal: a client must not see a lease alive at a revision that revoked it
            ResponseHeader header = mapper.header(store.revision());
            var unused = store.keepLeaseAlive(request.getID()).whenComplete((ttl, failure) -> {
                if (failure == null) {
                    answer(header, request.getID(), ttl);
                } else {
                    fail(StatusMapper.of(failure));
                }
            });
        }

        private synchronized void answer(ResponseHeader header, long id, long ttlSeconds) {
            if (ended) {
                return;
            }
            client.onNext(LeaseKeepAliveResponse.newBuilder()
                    .setHeader(header)
                    .setID(id)
                    .setTTL(ttlSeconds)
                    .build());
            answering = false;
            if (halfClosed) {
                complete();
            } else {
                client.request(1);
            }
        }

        private synchronized void fail(Status status) {
            if (!ended) {
                ended = true;
                client.onError(status.asRuntimeException());
            }
        }

        @Override
        public synchronized void onCompleted() {
            halfClosed = true;
            if (!answering && !ended) {
                complete();
            }
        }

        private void complete() {
            ended = true;
            client.onCompleted();
        }

        @Override
        public void onError(Throwable cause) {
            end();
        }

        private synchronized void end() {
            ended = true;
        }
    }
}
