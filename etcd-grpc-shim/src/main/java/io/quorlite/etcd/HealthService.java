package io.quorlite.etcd;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.health.HealthCheckRequest;
import io.quorlite.etcd.proto.health.HealthCheckResponse;
import io.quorlite.etcd.proto.health.HealthCheckResponse.ServingStatus;
import io.quorlite.etcd.proto.health.HealthGrpc;

/** gRPC's health protocol: the server as a whole serves as long as it answers; single services have no state of their own. */
final class HealthService extends HealthGrpc.HealthImplBase {
    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> client) {
        if (!request.getService().isEmpty()) {
            client.onError(Status.NOT_FOUND.withDescription("unknown service").asRuntimeException());
            return;
        }
        client.onNext(response(ServingStatus.SERVING));
        client.onCompleted();
    }

    /** Says the status once and stays open, since it does not change before the server stops. */
    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> client) {
        client.onNext(response(request.getService().isEmpty() ? ServingStatus.SERVING : ServingStatus.SERVICE_UNKNOWN));
    }

    private static HealthCheckResponse response(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }
}
