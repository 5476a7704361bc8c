package io.quorlite.etcd;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreStatus;
import io.quorlite.datastore.HashResult;
import io.quorlite.etcd.proto.rpc.AlarmMember;
import io.quorlite.etcd.proto.rpc.AlarmRequest;
import io.quorlite.etcd.proto.rpc.AlarmResponse;
import io.quorlite.etcd.proto.rpc.AlarmType;
import io.quorlite.etcd.proto.rpc.DowngradeInfo;
import io.quorlite.etcd.proto.rpc.HashKVRequest;
import io.quorlite.etcd.proto.rpc.HashKVResponse;
import io.quorlite.etcd.proto.rpc.HashRequest;
import io.quorlite.etcd.proto.rpc.HashResponse;
import io.quorlite.etcd.proto.rpc.MaintenanceGrpc;
import io.quorlite.etcd.proto.rpc.StatusRequest;
import io.quorlite.etcd.proto.rpc.StatusResponse;
import io.quorlite.replication.ReplicationStatus;
import java.util.concurrent.CompletableFuture;

/** etcd's Maintenance service: status, hashes, and the alarms for reading; the rest comes later. Thread-safe. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
    private final Datastore store;
    private final ProtoMapper mapper;
    private final EtcdServerConfig config;

    MaintenanceService(Datastore store, ProtoMapper mapper, EtcdServerConfig config) {
        this.store = store;
        this.mapper = mapper;
        this.config = config;
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> client) {
        UnaryReply.send(client, () -> CompletableFuture.completedFuture(store.status()), this::status);
    }

    @Override
    public void hash(HashRequest request, StreamObserver<HashResponse> client) {
        UnaryReply.send(
                client,
                () -> store.hash(0),
                result -> HashResponse.newBuilder()
                        .setHeader(mapper.header(result.currentRevision()))
                        .setHash(result.hash())
                        .build());
    }

    @Override
    public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> client) {
        UnaryReply.send(client, () -> store.hash(request.getRevision()), this::hashKv);
    }

    @Override
    public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> client) {
        if (request.getAction() != AlarmRequest.AlarmAction.GET) {
            client.onError(Status.UNIMPLEMENTED
                    .withDescription("setting and clearing alarms is not served")
                    .asRuntimeException());
            return;
        }
        UnaryReply.send(client, () -> CompletableFuture.completedFuture(store.status()), this::alarms);
    }

    private StatusResponse status(DatastoreStatus status) {
        ReplicationStatus replication = status.replication();
        StatusResponse.Builder reply = StatusResponse.newBuilder()
                .setHeader(mapper.header(status.revision()))
                .setVersion(config.version())
                .setDbSize(status.databaseBytes())
                .setLeader(replication.leaderId())
                .setRaftIndex(replication.commitIndex())
                .setRaftTerm(replication.term())
                .setRaftAppliedIndex(status.appliedIndex())
                .setDbSizeInUse(status.databaseBytesInUse())
                .setIsLearner(replication.role() == ReplicationStatus.Role.LEARNER)
                .setStorageVersion(config.clusterVersion())
                .setDbSizeQuota(store.quotaBytes())
                .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
        if (replication.leaderId() == 0) {
            reply.addErrors("etcdserver: no leader");
        }
        return reply.addAllErrors(status.alarms()).build();
    }

    private HashKVResponse hashKv(HashResult result) {
        return HashKVResponse.newBuilder()
                .setHeader(mapper.header(result.currentRevision()))
                .setHash(result.hash())
                .setCompactRevision(result.compactRevision())
                .setHashRevision(result.hashRevision())
                .build();
    }

    private AlarmResponse alarms(DatastoreStatus status) {
        AlarmResponse.Builder reply = AlarmResponse.newBuilder().setHeader(mapper.header(status.revision()));
        for (AlarmType type : new AlarmType[] {AlarmType.NOSPACE, AlarmType.CORRUPT}) {
            if (Probes.raised(status.alarms(), type.name())) {
                reply.addAlarms(AlarmMember.newBuilder()
                        .setMemberID(status.replication().memberId())
                        .setAlarm(type));
            }
        }
        return reply.build();
    }
}
